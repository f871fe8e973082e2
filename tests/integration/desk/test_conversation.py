"""Live conversation: both ways through the assistant, and nobody sees an account."""

import json
from typing import Any

import sqlalchemy as sa

from adapters.sql.engine import create_engine
from adapters.sql.tables import outbox
from adapters.talks import SILENCE
from community.tickets import Origin
from tests.integration.desk.conftest import OPENID, PHONE, Desk

NEIGHBOUR = "wechat:oTESTopenid_of_nobody_0002"


async def told(
    desk: Desk, who: str = f"wechat:{OPENID}"
) -> list[tuple[str, dict[str, Any]]]:
    """Returns what was put into the conversation of the only resident, in order."""
    engine = create_engine(desk.services.settings.database_url)
    query = sa.select(outbox).where(outbox.c.channel == "dialogue")
    async with engine.connect() as connection:
        rows = (await connection.execute(query.order_by(outbox.c.id))).mappings().all()
    await engine.dispose()
    assert {row["recipient"] for row in rows if row["recipient"]} <= {who}
    rows = [row for row in rows if row["recipient"]]
    payloads = [json.loads(row["payload"]) for row in rows]
    return [(one["event"], one["extra"]) for one in payloads]


async def test_a_worker_talks_through_the_assistant(desk: Desk) -> None:
    number = await desk.file()
    worker = await desk.as_("worker")
    await worker.act(number, "claim")
    assert (await worker.act(number, "relay", text="您好")).status == 409
    begun = await worker.act(number, "takeover")
    assert (await begun.json())["is_talking"]
    said = await worker.act(number, "relay", text=f"我到了，打{PHONE}找我")
    assert said.status == 200, await said.text()
    await desk.services.tickets.remark(
        number, f"wechat:{OPENID}", text="门没锁", key="remark-1", now=desk.clock()
    )
    ended = await worker.act(number, "takeover/end")
    document = await ended.json()
    assert not document["is_talking"]
    assert [m["is_resident"] for m in document["messages"]] == [False, True]
    assert document["messages"][1]["actor"].startswith("居民")
    events = await told(desk)
    assert [name for name, _ in events[1:]] == ["takeover", "relay", "takeover_end"]
    assert PHONE not in str(events)


async def test_only_one_person_talks_at_a_time(desk: Desk) -> None:
    number = await desk.file()
    worker, head = await desk.as_("worker"), await desk.as_("head")
    await worker.act(number, "claim")
    assert (await worker.act(number, "takeover")).status == 200
    refused = await head.act(number, "takeover")
    assert refused.status == 409
    assert "吕癸未" in (await refused.json())["detail"]
    assert (await worker.act(number, "takeover")).status == 200


async def test_a_resident_talks_with_one_person_about_one_ticket(desk: Desk) -> None:
    one, two = await desk.file(), await desk.file()
    worker, head = await desk.as_("worker"), await desk.as_("head")
    assert (await worker.act(one, "takeover")).status == 200
    refused = await head.act(two, "takeover")
    assert refused.status == 409
    assert "吕癸未" in (await refused.json())["detail"]
    assert (await head.act(one, "takeover/end")).status == 409
    assert (await worker.act(one, "takeover/end")).status == 200
    assert (await head.act(two, "takeover")).status == 200


async def test_the_owner_takes_the_talk_over(desk: Desk) -> None:
    number = await desk.file()
    worker, head = await desk.as_("worker"), await desk.as_("head")
    assert (await head.act(number, "takeover")).status == 200
    assert (await worker.act(number, "claim")).status == 200
    assert (await worker.act(number, "takeover")).status == 200
    assert (await head.act(number, "relay", text="您好")).status == 409
    assert (await worker.act(number, "relay", text="您好")).status == 200


async def test_a_result_ends_the_talk(desk: Desk) -> None:
    number = await desk.file()
    worker = await desk.as_("worker")
    for act in ("claim", "takeover", "contacted"):
        assert (await worker.act(number, act)).status == 200
    assert (await worker.read(number))["is_talking"]
    resolved = await worker.act(number, "resolve", text="换了灯泡")
    assert not (await resolved.json())["is_talking"]
    name, facts = (await told(desk))[-1]
    assert (name, facts) == ("takeover_end", {"number": number, "reason": "done"})


async def test_a_repeated_word_is_said_once(desk: Desk) -> None:
    number = await desk.file()
    worker = await desk.as_("worker")
    await worker.act(number, "claim")
    await worker.act(number, "takeover")
    body = {"key": "same-key-twice", "text": "您好"}
    for _ in range(2):
        path = f"/api/tickets/{number}/relay"
        assert (await worker.post(path, body)).status == 200
    assert [name for name, _ in await told(desk)].count("relay") == 1


async def test_silence_ends_a_talk(desk: Desk) -> None:
    number = await desk.file()
    worker = await desk.as_("worker")
    await worker.act(number, "takeover")
    talks = desk.services.talks
    resident = f"wechat:{OPENID}"
    assert await talks.who(number, resident) == "bugu-w1"
    key = talks._keys.desk_talk(resident)
    assert 0 < await talks._redis.ttl(key) <= SILENCE.total_seconds()
    await talks.end(number, resident)
    assert await talks.who(number, resident) is None


async def test_nobody_to_talk_to(desk: Desk) -> None:
    number = await desk.file(conversation="", origin=Origin.PATROL)
    worker = await desk.as_("worker")
    assert (await worker.act(number, "takeover")).status == 409


async def test_a_co_reporter_is_talked_with_once_the_reporter_is_gone(
    desk: Desk,
) -> None:
    number = await desk.file()
    tickets, now = desk.services.tickets, desk.clock
    await tickets.join(number, NEIGHBOUR, key="j", now=now())
    await tickets.forget(f"wechat:{OPENID}", now=now())
    worker = await desk.as_("worker")
    await worker.act(number, "claim")
    shown = await worker.read(number)
    assert (shown["has_reporter"], shown["talks_with"][-2:]) == (False, "-2")
    assert "contact" in shown["acts"]
    begun = await worker.act(number, "takeover")
    assert (await begun.json())["is_talking"], await begun.text()
    said = await worker.act(number, "relay", text="我在楼下，堆在哪？")
    assert said.status == 200, await said.text()
    await tickets.remark(number, NEIGHBOUR, text="三楼拐角", key="r", now=now())
    document = await (await worker.act(number, "takeover/end")).json()
    assert [m["is_resident"] for m in document["messages"]] == [False, True]
    assert document["messages"][1]["actor"].endswith("-2")
    names = [name for name, _ in await told(desk, NEIGHBOUR)]
    assert names[-3:] == ["takeover", "relay", "takeover_end"]


async def test_with_nobody_left_there_is_no_talk(desk: Desk) -> None:
    number = await desk.file()
    await desk.services.tickets.join(number, NEIGHBOUR, key="j", now=desk.clock())
    for person in (f"wechat:{OPENID}", NEIGHBOUR):
        await desk.services.tickets.forget(person, now=desk.clock())
    worker = await desk.as_("worker")
    await worker.act(number, "claim")
    assert (await worker.read(number))["talks_with"] == ""
    assert (await worker.act(number, "takeover")).status == 409
