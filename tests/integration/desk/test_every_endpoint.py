"""Every endpoint with every role: rights, documented answers, and no leak."""

import hashlib
import io
import json
import secrets
from dataclasses import dataclass
from typing import Any

import pytest
import sqlalchemy as sa
from openpyxl import load_workbook

from adapters.sql.engine import create_engine
from community.staff import Role
from desk.endpoints import Endpoint, Entry
from desk.policy import GRANTS, SCOPES, Act
from desk.routes import all_endpoints
from tests.integration.desk.conftest import (
    NAME,
    OPENID,
    PHONE,
    STAFF,
    Caller,
    Desk,
)
from tests.integration.desk.schemas import answer_schema, checked

KEY = "0123456789abcdef"
STATEMENT = {"text": "先问窗口。", "confidence": "unknown"}
BODIES: dict[str, dict[str, Any]] = {
    "sign_in_by_password": {"account": "nobody", "password": "x"},
    "sign_in_by_wecom": {"code": "x", "state": "x"},
    "confirm_totp": {"secret": "JBSWY3DPEHPK3PXP", "code": "123456"},
    "change_password": {"old": "x", "new": "y"},
    "unveil": {"reason": "上门前约时间"},
    "note": {"key": KEY, "text": "到现场看过了"},
    "resolve": {"key": KEY, "text": "清走了"},
    "return_ticket": {"key": KEY, "reason": "不在我这里"},
    "escalate": {"key": KEY, "reason": "网格办不了"},
    "ask_pause": {"key": KEY, "reason": "等配件", "days": 2},
    "ask_exclusion": {"key": KEY, "reason": "诉求不合理"},
    "extend": {"key": KEY, "reason": "等配件", "days": 1},
    "assign": {"key": KEY, "to": "bugu-w2"},
    "reclassify": {"key": KEY, "item": "matter/noise"},
    "relocate": {"key": KEY, "grid": "bugu-02"},
    "split": {"key": KEY, "text": "还有一件"},
    "relay": {"key": KEY, "text": "您好"},
    "block_reporter": {"key": KEY, "reason": "恶意上报"},
    "review_block": {"key": KEY, "upheld": False},
    "locate": {"latitude": 35.424, "longitude": 122.690},
    "file_report": {"key": KEY, "origin": "patrol", "description": "见照片"},
    "import_tickets": {"tickets": [{"external_id": KEY, "description": "外部"}]},
    "add_change": {
        "key": KEY,
        "kind": "leave",
        "staff": "bugu-w1",
        "starts_at": "2026-12-01T00:00:00+08:00",
        "ends_at": "2026-12-02T00:00:00+08:00",
    },
    "create_key": {"name": "县平台", "scopes": ["tickets:read"]},
    "create_webhook": {"url": "https://example.com/hook", "events": ["*"]},
    "set_disabled": {"is_disabled": False},
    "claim_review": {},
    "decide_review": {
        "questions": [{"id": 1, "version": 0}],
        "decision": "accept",
    },
    "undo_review": {},
    "promote_model": {},
    "check_answer": {"slot": "overview", "statement": STATEMENT},
    "draft_answer": {"slot": "overview", "statement": STATEMENT, "reason": "核过了"},
    "refuse_draft": {"reason": "不对"},
    "resolve_conflict": {"path": "catalog/hotlines.yml", "side": "ours"},
    "draft_entry": {
        "topic": "宠物证",
        "kind": "referral",
        "id": "pets",
        "name": "宠物证",
        "reason": "问的人多",
    },
    "export_turns": {},
    "draw_sample": {},
}
"""What an ordinary page would send; every other body is `{"key": …}` or empty."""
QUERIES = {
    "similar_reports": {"item": "matter/corridor_clutter", "grid": "bugu-01"},
    "review_warnings": {"ids": "1,2", "label": "service/id_card"},
}
LEAKS = (NAME, PHONE, OPENID, "139 0000")


@dataclass(frozen=True)
class Answer:
    status: int
    text: str
    document: Any


async def call(caller: Caller, endpoint: Endpoint, number: str, other: str) -> Answer:
    """Calls an endpoint as an ordinary page would."""
    path = endpoint.path.format(
        number=number,
        id="00000000",
        staff="bugu-w2",
        sheet="ledger",
        format="csv",
        kind="service",
        item="id_card",
        model="some-model",
    )
    options: dict[str, Any] = {"headers": caller.headers()}
    if endpoint.method == "GET":
        options["params"] = QUERIES.get(endpoint.name, {})
    elif endpoint.uploads:
        options["data"] = b"not a photo"
    elif endpoint.takes is not None:
        body = BODIES.get(endpoint.name, {"key": KEY})
        if endpoint.name == "merge":
            body = {"key": KEY, "into": other, "reason": "同一件事"}
        if endpoint.name == "export":
            body = {}
        options["json"] = body
    answer = await caller.client.request(endpoint.method, path, **options)
    raw = await answer.read()
    if answer.content_type.endswith("sheet"):
        rows = load_workbook(io.BytesIO(raw)).active.iter_rows(values_only=True)
        return Answer(answer.status, str(list(rows)), None)
    text = raw.decode("utf-8", "replace")
    is_json = answer.content_type.endswith("json")
    return Answer(answer.status, text, json.loads(text) if is_json else None)


def role_of(who: str) -> Role:
    return {
        "worker": Role.WORKER,
        "neighbour": Role.WORKER,
        "elsewhere": Role.WORKER,
        "head": Role.STATION_HEAD,
        "clerk": Role.DESK_CLERK,
        "street": Role.STREET,
        "other_street": Role.STREET,
        "county": Role.COUNTY,
        "operator": Role.OPERATOR,
        "auditor": Role.AUDITOR,
        "admin": Role.ADMIN,
    }[who]


SEES_TICKET = {"worker", "head", "clerk", "street", "county", "auditor"}
"""Of those above, who may see a ticket of the grid bugu-01."""


@pytest.fixture
async def number(desk: Desk) -> str:
    return await desk.file()


@pytest.mark.parametrize("who", sorted(STAFF))
async def test_every_role_at_every_endpoint(desk: Desk, number: str, who: str) -> None:
    document = await (await desk.client.get("/api/openapi.json")).json()
    other = await desk.file(place="别处")
    ends = [e for e in all_endpoints() if e.tag != "session"]
    for endpoint in sorted(ends, key=lambda e: (e.is_change, e.name)):
        caller = await desk.as_(who)
        answer = await call(caller, endpoint, number, other)
        where = (
            f"{who} {endpoint.method} {endpoint.path}: {answer.status} {answer.text}"
        )
        assert answer.status < 500, where
        schema = answer_schema(document, endpoint.path, endpoint.method, answer.status)
        if schema is not None:
            checked(answer.document, schema, document)
        expected_refusal(endpoint, who, answer, where)
        may_know = endpoint.name == "unveil" and answer.status == 200
        assert may_know or not any(leak in answer.text for leak in LEAKS), where


def expected_refusal(endpoint: Endpoint, who: str, answer: Answer, where: str) -> None:
    lacks_right = endpoint.act is not None and endpoint.act not in GRANTS[role_of(who)]
    if lacks_right:
        assert answer.status == 403, where
    elif "{number}" in endpoint.path and who not in SEES_TICKET:
        assert answer.status == 404, where
    else:
        assert answer.status != 401, where


async def test_nobody_gets_nothing(desk: Desk, number: str) -> None:
    nobody = Caller(desk.client, "none", "none")
    for endpoint in all_endpoints():
        answer = await call(nobody, endpoint, number, number)
        if endpoint.entry is not Entry.PUBLIC:
            assert answer.status == 401, endpoint.path
        assert not any(leak in answer.text for leak in LEAKS), endpoint.path


@pytest.mark.parametrize("scope", sorted(SCOPES))
async def test_systems_reach_only_what_is_open_to_them(
    desk: Desk, number: str, scope: str
) -> None:
    _, key = await desk.services.api_keys.create(
        "县平台", {scope}, "county-admin", now=desk.clock()
    )
    for endpoint in all_endpoints():
        system = Caller(desk.client, "", "")
        system.headers = lambda **more: {"Authorization": f"Bearer {key}", **more}  # type: ignore[method-assign]
        answer = await call(system, endpoint, number, number)
        where = f"{scope} {endpoint.path}: {answer.status} {answer.text}"
        assert answer.status < 500, where
        assert not any(leak in answer.text for leak in LEAKS), where
        if endpoint.entry is Entry.PUBLIC:
            continue
        allowed = endpoint.systems and endpoint.act in SCOPES[scope]
        assert (answer.status not in (401, 403)) is allowed, where


async def test_a_get_changes_nothing(desk: Desk, number: str) -> None:
    before = await everything(desk)
    for who in ("worker", "county", "auditor", "admin", "operator"):
        caller = await desk.as_(who)
        for endpoint in all_endpoints():
            if endpoint.method == "GET":
                await call(caller, endpoint, number, number)
    assert await everything(desk) == before


async def everything(desk: Desk) -> str:
    """Returns a hash of all rows of all tables."""
    engine = create_engine(desk.services.settings.database_url)
    metadata = sa.MetaData()
    digest = hashlib.sha256()
    async with engine.connect() as connection:
        await connection.run_sync(metadata.reflect)
        for table in metadata.sorted_tables:
            rows = (await connection.execute(sa.select(table))).all()
            digest.update(f"{table.name}{sorted(map(str, rows))}".encode())
    await engine.dispose()
    return digest.hexdigest()


async def test_what_a_resident_writes_leaks_to_nobody_without_the_right(
    desk: Desk,
) -> None:
    """Numbers in many spellings, and a name that gives itself."""
    words = (
        f"我叫{NAME}，打{PHONE}",
        f"俺是{NAME}，电话139 0000 1234",
        f"姓名：{NAME}，手机139-0000-1234",
        f"联系我一三九零零零零一二三四，我是{NAME}",
    )
    numbers = [await desk.file(description=text, since=text) for text in words]
    for who in sorted(STAFF):
        caller = await desk.as_(who)
        texts = [await (await caller.get("/api/tickets")).text()]
        texts += [
            await (await caller.get(f"/api/tickets/{number}")).text()
            for number in numbers
        ]
        for leak in (NAME, PHONE, OPENID, "0000 1234", "0000-1234", "零零零零"):
            assert not any(leak in text for text in texts), (who, leak)


async def test_unveiling_is_for_the_owner_and_is_written_down(
    desk: Desk, number: str
) -> None:
    worker, auditor = await desk.as_("worker"), await desk.as_("auditor")
    path = f"/api/tickets/{number}/unveil"
    assert (await worker.post(path, {"reason": "   "})).status == 422
    shown = await worker.post(path, {"reason": "上门前约时间"})
    assert PHONE in await shown.text()
    head = await desk.as_("head")
    assert (await head.post(path, {"reason": "看看"})).status == 403
    lines = (await (await auditor.get("/api/audit", subject=number)).json())["lines"]
    assert [(one["act"], one["actor"]["id"], one["reason"]) for one in lines] == [
        (Act.UNVEIL.value, "bugu-w1", "上门前约时间")
    ]


async def test_the_audit_log_cannot_be_changed(desk: Desk, number: str) -> None:
    worker = await desk.as_("worker")
    await worker.post(f"/api/tickets/{number}/unveil", {"reason": "核实"})
    engine = create_engine(desk.services.settings.database_url)
    for change in ("update audit set actor = 'nobody'", "delete from audit"):
        with pytest.raises(sa.exc.DBAPIError, match="append-only"):
            async with engine.begin() as connection:
                await connection.execute(sa.text(change))
    await engine.dispose()


async def test_without_the_audit_log_nothing_is_unveiled(
    desk: Desk, number: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from community.errors import StoreUnavailableError

    async def down(*_: Any) -> None:
        raise StoreUnavailableError("audit: database: down")

    monkeypatch.setattr(type(desk.services.audit_log), "append", down)
    worker = await desk.as_("worker")
    answer = await worker.post(f"/api/tickets/{number}/unveil", {"reason": "核实"})
    assert answer.status == 503
    assert PHONE not in await answer.text()


async def test_headers_forbid_foreign_scripts_and_frames(desk: Desk) -> None:
    for path in ("/", "/w/", "/api/session", f"/api/tickets/{secrets.token_hex(4)}"):
        headers = (await desk.client.get(path)).headers
        policy = headers["Content-Security-Policy"]
        assert "script-src 'self'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
