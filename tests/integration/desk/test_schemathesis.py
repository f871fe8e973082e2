"""Schemathesis reads the OpenAPI document and finds no call that ends in a 5xx."""

import asyncio
from typing import Any

import jsonschema.exceptions
import jsonschema.validators
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

# Rasa pins a jsonschema that has these classes under their older names only.
jsonschema.exceptions._RefResolutionError = jsonschema.exceptions.RefResolutionError
jsonschema.validators._RefResolver = jsonschema.validators.RefResolver

import schemathesis  # noqa: E402
from schemathesis.models import Case  # noqa: E402
from schemathesis.types import NotSet  # noqa: E402

from tests.integration.desk.conftest import Desk  # noqa: E402

N_EXAMPLES = 6
"""For each of some eighty operations; `test_strange_input` tries wilder ones."""
ROLES = ("worker", "street", "county", "admin", "operator")
ENDS_SESSIONS = {"sign_out", "set_disabled", "reset_password", "reset_totp"}

schemathesis.experimental.OPEN_API_3_1.enable()


@pytest.mark.timeout(600)
async def test_no_operation_ends_in_a_server_error(desk: Desk) -> None:
    document = await (await desk.client.get("/api/openapi.json")).json()
    await desk.file()
    callers = {who: await desk.as_(who) for who in ROLES}
    loop = asyncio.get_running_loop()
    statuses: dict[int, int] = {}

    async def send(case: Case, who: str) -> None:
        options: dict[str, Any] = {"headers": callers[who].headers()}
        if not isinstance(case.body, NotSet):
            kind = "data" if isinstance(case.body, bytes) else "json"
            options[kind] = case.body
        query = {} if isinstance(case.query, NotSet) else case.query or {}
        params = [(name, str(value)) for name, value in query.items()]
        answer = await desk.client.request(
            case.method, case.formatted_path, params=params, **options
        )
        text = await answer.text(errors="replace")
        said = f"{who} {case.method} {case.formatted_path} {case.body!r}: {text}"
        assert answer.status < 500, said
        statuses[answer.status] = statuses.get(answer.status, 0) + 1

    def explore() -> int:
        schema = schemathesis.from_dict(document, validate_schema=True)
        operations = [found.ok() for found in schema.get_all_operations()]
        for operation in operations:
            raw = operation.definition.raw
            content = raw.get("requestBody", {}).get(
                "content", {"application/json": {}}
            )
            # Files that are not JSON have tests of their own.
            if raw["operationId"] in ENDS_SESSIONS or "application/json" not in content:
                continue

            @settings(
                max_examples=N_EXAMPLES,
                deadline=None,
                database=None,
                derandomize=True,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            )
            @given(case=operation.as_strategy(), who=st.sampled_from(ROLES))
            def call(case: Case, who: str) -> None:
                asyncio.run_coroutine_threadsafe(send(case, who), loop).result(30)

            call()
        return len(operations)

    assert await asyncio.to_thread(explore) > 60
    # A generator that is refused at the door every time has tested nothing.
    assert statuses.get(200, 0) > sum(statuses.values()) // 20, statuses
