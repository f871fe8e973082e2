"""Photos, files, other systems, staff changes and blocks."""

import asyncio
import io
import json
import secrets

import pytest
import sqlalchemy as sa
from openpyxl import load_workbook
from PIL import Image

from adapters.sql.engine import create_engine
from adapters.sql.tables import outbox
from community.tickets import Origin
from tests.integration.desk.conftest import NAME, OPENID, PHONE, Caller, Desk


def photo(*, secret: bytes = b"") -> bytes:
    """A photo on its side, with a position and perhaps a secret in its notes."""
    image = Image.new("RGB", (40, 20), "red")
    exif = image.getexif()
    exif[0x0112] = 6
    exif[0x010E] = secret.decode() or "x"
    out = io.BytesIO()
    image.save(out, "JPEG", exif=exif, comment=secret)
    return out.getvalue()


async def upload(caller: Caller, data: bytes, media: str = "image/jpeg") -> object:
    headers = caller.headers(**{"Content-Type": media})
    return await caller.client.post("/api/photos", data=data, headers=headers)


async def test_a_photo_loses_its_notes_and_stays_with_its_ticket(desk: Desk) -> None:
    number, other = await desk.file(), await desk.file()
    worker = await desk.as_("worker")
    answer = await upload(worker, photo(secret=b"GPS 35.17 118.83"))
    blob = (await answer.json())["id"]  # type: ignore[attr-defined]
    await worker.act(number, "claim")
    result = await worker.act(number, "resolve", text="清走了", photos=[blob])
    assert result.status == 200
    shown = await worker.get(f"/api/tickets/{number}/photos/{blob}")
    data = await shown.read()
    assert b"GPS" not in data
    with Image.open(io.BytesIO(data)) as image:
        assert image.size == (20, 40)
        assert not image.getexif()
    assert (await worker.get(f"/api/tickets/{other}/photos/{blob}")).status == 404
    stranger = await desk.as_("elsewhere")
    assert (await stranger.get(f"/api/tickets/{number}/photos/{blob}")).status == 404


@pytest.mark.parametrize(
    "data",
    [b"", b"<svg onload=alert(1)>", b"%PDF-1.4", photo()[:60], b"\xff\xd8\xff" * 99],
)
async def test_what_is_no_photo_is_refused(desk: Desk, data: bytes) -> None:
    worker = await desk.as_("worker")
    assert (await upload(worker, data)).status == 422  # type: ignore[attr-defined]


async def test_a_bomb_and_a_giant_are_refused(desk: Desk) -> None:
    worker = await desk.as_("worker")
    out = io.BytesIO()
    Image.new("1", (30_000, 30_000)).save(out, "PNG")
    assert (await upload(worker, out.getvalue(), "image/png")).status == 422  # type: ignore[attr-defined]
    giant = b"\xff" * (10 * 1024 * 1024 + 1)
    assert (await upload(worker, giant)).status == 413  # type: ignore[attr-defined]


async def test_two_claim_and_one_is_told_who_was_first(desk: Desk) -> None:
    number = await desk.file()
    first, second = await desk.as_("worker"), await desk.as_("bugu-w2")
    answers = await asyncio.gather(
        first.act(number, "claim"), second.act(number, "claim")
    )
    assert sorted(a.status for a in answers) == [200, 409]
    loser = next(a for a in answers if a.status == 409)
    owner = (await first.read(number))["owner"]["name"]
    assert owner in (await loser.json())["detail"]


async def test_a_report_from_patrol_and_from_the_door(desk: Desk) -> None:
    worker = await desk.as_("worker")
    body = {
        "key": secrets.token_hex(8),
        "origin": "door",
        "item": "matter/corridor_clutter",
        "grid": "bugu-01",
        "description": f"楼道堆物，{NAME}说的",
        "contact": f"{NAME} {PHONE}",
    }
    first = await (await worker.post("/api/reports", body)).json()
    again = await (await worker.post("/api/reports", body)).json()
    assert first == again
    document = await worker.read(first["number"])
    assert document["origin"] == "door"
    assert document["clock"]["kind"] == "respond"
    assert not document["has_reporter"]
    chat = await worker.post("/api/reports", {**body, "origin": "chat"})
    assert chat.status == 422


async def test_a_position_is_in_one_grid_or_in_none(desk: Desk) -> None:
    worker = await desk.as_("worker")
    here = {"latitude": 35.4255, "longitude": 122.6905}
    found = await (await worker.post("/api/places/locate", here)).json()
    assert found == {
        "grids": [
            {"grid": {"id": "bugu-01", "name": "布谷社区第一网格"}, "is_sure": True}
        ]
    }
    nowhere = {"latitude": 0.0, "longitude": 0.0}
    assert (await (await worker.post("/api/places/locate", nowhere)).json()) == {
        "grids": []
    }
    wrong = {"latitude": 95, "longitude": 0}
    assert (await worker.post("/api/places/locate", wrong)).status == 422


async def test_ledger_and_daily_report(desk: Desk) -> None:
    number = await desk.file(description=f"=1+1，我叫{NAME}，{PHONE}")
    clerk, elsewhere = await desk.as_("head"), await desk.as_("caihong-head")
    sheet = await clerk.post("/api/exports/ledger/xlsx", {})
    rows = list(load_workbook(io.BytesIO(await sheet.read())).active.values)  # type: ignore[union-attr]
    assert rows[1][0] == number
    assert not any(leak in str(rows) for leak in (NAME, PHONE, OPENID))
    text = (await (await clerk.post("/api/exports/ledger/csv", {})).read()).decode()
    assert number in text
    assert "许辛巳" in text.splitlines()[-1]
    daily = (await (await clerk.post("/api/exports/daily/csv", {})).read()).decode()
    assert "布谷社区,1,0,0,0,1,0" in daily
    foreign = await elsewhere.post("/api/exports/ledger/csv", {})
    assert number not in (await foreign.read()).decode()
    auditor = await desk.as_("auditor")
    lines = (await (await auditor.get("/api/audit", actor="bugu-head")).json())["lines"]
    assert {line["act"] for line in lines} == {"export"}


async def test_another_system_imports_reads_and_is_told(desk: Desk) -> None:
    admin = await desk.as_("admin")
    body = {"name": "县平台", "scopes": ["tickets:read", "tickets:write"]}
    key = (await (await admin.post("/api/keys", body)).json())["key"]
    hook = {"url": "https://example.com/hook", "events": ["file"]}
    shown = await (await admin.post("/api/webhooks", hook)).json()
    assert await desk.services.webhooks.target(shown["id"]) == (
        hook["url"],
        shown["secret"],
    )
    headers = {"Authorization": f"Bearer {key}"}
    tickets = [
        {
            "external_id": "county-0001",
            "description": f"外部件，{PHONE}",
            "grid": "bugu-01",
        },
        {
            "external_id": "county-0002",
            "description": "没有这个网格",
            "grid": "nowhere",
        },
    ]
    for _ in range(2):
        answer = await desk.client.post(
            "/api/imports", json={"tickets": tickets}, headers=headers
        )
        result = await answer.json()
        assert result["n_stored"] == 1
    number = result["tickets"][0]["number"]
    assert "number" not in result["tickets"][1]
    page = await desk.client.get("/api/tickets", headers=headers)
    assert [row["number"] for row in (await page.json())["tickets"]] == [number]
    engine = create_engine(desk.services.settings.database_url)
    query = sa.select(outbox.c.payload).where(outbox.c.channel == "webhook")
    async with engine.connect() as connection:
        payloads = (await connection.execute(query)).scalars().all()
    await engine.dispose()
    assert [json.loads(one)["event"] for one in payloads] == ["file"]
    assert PHONE not in str(payloads)
    key_id = key.split("_")[1]
    assert (await admin.delete(f"/api/keys/{key_id}")).status == 200
    assert (await desk.client.get("/api/tickets", headers=headers)).status == 401


async def test_a_spreadsheet_is_imported_once_and_wrong_lines_are_named(
    desk: Desk,
) -> None:
    county = await desk.as_("county")
    text = (
        "外部编号,事项,情况,网格,联系方式\r\n"
        f"热线-001,噪声扰民,半夜装修，找{NAME}说,布谷社区第一网格,{PHONE}\r\n"
        "热线-002,飞毯漏油,天上滴油,,\r\n"
        "热线-003,,没有分类的事,没有的网格,\r\n"
        ",噪声扰民,没有编号,,\r\n"
    ).replace("，", "；")
    for _ in range(2):
        answer = await county.post_file("/api/imports/csv", text.encode())
        assert answer.status == 200
        result = await answer.json()
        assert result["n_stored"] == 1
    first, *wrong = result["tickets"]
    assert [one["problem"] for one in wrong] == [
        "第 3 行：事项“飞毯漏油”不认得。",
        "第 4 行：网格“没有的网格”不认得。",
        "第 5 行：外部编号不对。",
    ]
    ticket = await desk.services.tickets.get(first["number"])
    assert (ticket.draft.item, ticket.life.grid) == ("matter/noise", "bugu-01")
    assert ticket.draft.origin is Origin.IMPORT
    refused = await county.post_file("/api/imports/xlsx", b"no workbook")
    assert refused.status == 422
    assert "xlsx" in (await refused.json())["detail"]
    head = await desk.as_("head")
    assert (await head.post_file("/api/imports/csv", text.encode())).status == 403


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/hook",
        "https://10.0.0.1/hook",
        "https://redis/hook",
        "https://user:pass@example.com/",
        "ftp://example.com",
        "https://[::1]/",
        "http://127.0.0.1:9000/hook",
    ],
)
async def test_a_webhook_never_points_inside(desk: Desk, url: str) -> None:
    admin = await desk.as_("admin")
    answer = await admin.post("/api/webhooks", {"url": url, "events": ["*"]})
    assert answer.status == 422


async def test_leave_is_ones_own_or_ones_peoples(desk: Desk) -> None:
    worker, head = await desk.as_("worker"), await desk.as_("head")
    leave = {
        "key": secrets.token_hex(8),
        "kind": "leave",
        "staff": "bugu-w1",
        "starts_at": "2026-11-25T00:00:00+08:00",
        "ends_at": "2026-11-27T00:00:00+08:00",
    }
    for_other = {**leave, "staff": "bugu-w2", "key": secrets.token_hex(8)}
    assert (await worker.post("/api/roster/changes", for_other)).status == 403
    stored = await (await worker.post("/api/roster/changes", leave)).json()
    number = await desk.file()
    assert (await head.read(number))["owner"]["id"] == "bugu-w2"
    change = stored["changes"][0]["id"]
    stranger = await desk.as_("caihong-head")
    assert (await stranger.delete(f"/api/roster/changes/{change}")).status == 403
    assert (await head.delete(f"/api/roster/changes/{change}")).status == 200
    later = await desk.file()
    assert (await head.read(later))["owner"]["id"] == "bugu-w1"


async def test_a_block_needs_a_second_person(desk: Desk) -> None:
    number = await desk.file()
    head, street = await desk.as_("head"), await desk.as_("street")
    residents = desk.services.residents
    blocked = await head.act(number, "block", reason="一天报了五十遍")
    assert blocked.status == 200
    found = await residents.get(f"wechat:{OPENID}")
    assert found is not None
    assert found.is_blocked(desk.clock())
    assert (await head.act(number, "block/review", upheld=True)).status == 403
    listed = await (await street.get("/api/blocks")).json()
    assert [b["ticket"] for b in listed["blocks"]] == [number]
    assert OPENID not in str(listed)
    assert (await street.act(number, "block/review", upheld=False)).status == 200
    found = await residents.get(f"wechat:{OPENID}")
    assert found is not None
    assert not found.is_blocked(desk.clock())


async def test_a_pause_and_an_exclusion_need_a_second_person(desk: Desk) -> None:
    number = await desk.file()
    worker, head = await desk.as_("worker"), await desk.as_("head")
    await worker.act(number, "claim")
    asked = await worker.act(number, "pause", reason="等配件", days=2)
    assert (await asked.json())["request"]["kind"] == "pause"
    assert (await worker.act(number, "approve")).status == 403
    granted = await head.act(number, "approve")
    assert (await granted.json())["state"] == "paused"
    street = await desk.as_("street")
    assert (await street.act(number, "exclude", reason="诉求不合理")).status == 200
    assert (await street.act(number, "approve")).status == 409
    county = await desk.as_("county")
    assert (await (await county.act(number, "approve")).json())["is_excluded"]


async def test_figures_agree_and_stay_within_reach(desk: Desk) -> None:
    number = await desk.file()
    worker = await desk.as_("worker")
    await worker.act(number, "claim")
    await worker.act(number, "resolve", text="清走了")
    await desk.services.tickets.answer(
        number, f"wechat:{OPENID}", satisfied=True, key="answer-1", now=desk.clock()
    )
    county = await desk.as_("county")
    figures = await (await county.get("/api/figures", by="community")).json()
    assert figures["total"]["satisfaction_rate"] == 1.0
    assert [row["name"] for row in figures["rows"]] == ["布谷社区"]
    proof = await (await county.get("/api/figures/proof")).json()
    assert proof["agree"]
    elsewhere = await desk.as_("other_street")
    foreign = await (await elsewhere.get("/api/figures")).json()
    assert foreign["total"]["n_counted"] == 0
