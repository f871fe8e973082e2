"""Generated requests from the OpenAPI document: none ends in a 5xx."""

import asyncio
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from desk.endpoints import Endpoint
from desk.routes import all_endpoints
from tests.integration.desk.conftest import Desk
from tests.integration.desk.schemas import (
    GARBAGE,
    answer_schema,
    checked,
    valid,
)

N_EXAMPLES = 400
ROLES = ("worker", "head", "clerk", "street", "county", "auditor", "admin", "operator")
PLACEHOLDERS = st.one_of(
    st.sampled_from(["bugu-w1", "00000000", "csv", "ledger", "1", "desk:bugu"]),
    st.text(min_size=1, max_size=20),
)
RAW = st.one_of(
    st.binary(max_size=60),
    st.sampled_from(
        [b"", b"[]", b"null", b"{", b'{"a":1', b"[" * 5000, b'"\\ud800"', b"1e999"]
    ),
)


@st.composite
def requests(draw: st.DrawFn, document: dict[str, Any], number: str) -> Any:
    """One call: well-formed, half-formed, or nonsense."""
    endpoint: Endpoint = draw(st.sampled_from(ENDPOINTS))
    path = endpoint.path
    if "{number}" in path and draw(st.integers(0, 9)):
        path = path.replace("{number}", number)
    while "{" in path:
        name = path[path.index("{") : path.index("}") + 1]
        path = path.replace(name, quote(draw(PLACEHOLDERS), safe=""))
    operation = document["paths"][endpoint.path][endpoint.method.lower()]
    query = {
        one["name"]: draw(st.one_of(valid(one["schema"], document), GARBAGE))
        for one in operation["parameters"]
        if one["in"] == "query" and draw(st.booleans())
    }
    return endpoint, path, query, draw(bodies(operation, document))


def bodies(operation: dict[str, Any], document: dict[str, Any]) -> Any:
    """Bodies of an operation: as described, described but spoilt, or raw bytes."""
    content = operation.get("requestBody", {}).get("content", {})
    if "application/json" not in content:
        return st.tuples(st.just("raw"), RAW)
    described = valid(content["application/json"]["schema"], document)
    spoilt = st.tuples(described, st.text(max_size=8), GARBAGE).map(
        lambda parts: {**parts[0], parts[1]: parts[2]}
    )
    replaced = st.tuples(described, GARBAGE).map(
        lambda parts: dict.fromkeys(parts[0], parts[1])
    )
    documents = st.one_of(described, described, spoilt, replaced, GARBAGE)
    return st.one_of(
        st.tuples(st.just("json"), documents), st.tuples(st.just("raw"), RAW)
    )


ENDPOINTS = [
    e
    for e in all_endpoints()
    # These end the session that the test lives on.
    if e.name not in ("sign_out", "set_disabled", "reset_password", "reset_totp")
]


@pytest.mark.timeout(600)
async def test_generated_requests_find_no_fault(desk: Desk) -> None:
    document = await (await desk.client.get("/api/openapi.json")).json()
    number = await desk.file()
    callers = {who: await desk.as_(who) for who in ROLES}
    loop = asyncio.get_running_loop()
    statuses: dict[int, int] = {}

    async def send(who: str, request: Any) -> None:
        endpoint, path, query, (kind, body) = request
        options: dict[str, Any] = {"headers": callers[who].headers()}
        if endpoint.is_change:
            options["json" if kind == "json" else "data"] = body
            if kind == "raw":
                options["headers"]["Content-Type"] = "application/json"
        params = [(name, str(value)) for name, value in query.items()]
        answer = await desk.client.request(
            endpoint.method, path, params=params, **options
        )
        text = await answer.text(errors="replace")
        assert answer.status < 500, f"{who} {endpoint.method} {path} {body!r}: {text}"
        statuses[answer.status] = statuses.get(answer.status, 0) + 1
        schema = answer_schema(document, endpoint.path, endpoint.method, answer.status)
        if schema is not None and answer.content_type.endswith("json"):
            checked(await answer.json(content_type=None), schema, document)

    @settings(
        max_examples=N_EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(who=st.sampled_from(ROLES), request=requests(document, number))
    def explore(who: str, request: Any) -> None:
        asyncio.run_coroutine_threadsafe(send(who, request), loop).result(30)

    await asyncio.to_thread(explore)
    # A generator that is refused at the door every time has tested nothing.
    assert statuses.get(200, 0) > N_EXAMPLES // 20, statuses
