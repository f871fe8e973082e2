"""Everything that is not a sentence, over the real worker, Redis, database and model."""

import json
import os
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from types import SimpleNamespace
from typing import Any

import pytest

from actions.wiring import ports, set_ports
from community.errors import StoreUnavailableError
from community.messages import Kind
from community.replies import Choices, Emergency, Reply, as_plain_text
from community.tickets import (
    Action,
    Actor,
    Command,
    TicketDraft,
    TicketKind,
    TicketState,
)
from community.tiers import Tier

pytestmark = pytest.mark.model
WHO = "wechat:grandma"


@pytest.fixture
def say(talk):
    async def send(text: str = "", *, who: str = WHO, **options: Any) -> Reply:
        return await talk(text, who=who, channel=who.partition(":")[0], **options)

    return send


@pytest.fixture
def happens(say):
    async def send(name: str, **extra: Any) -> Reply:
        return await say(name, kind=Kind.EVENT, facts=extra)

    return send


def titles(reply: Reply) -> list[str]:
    return [c.title for p in reply.parts if isinstance(p, Choices) for c in p.items]


def a_grid(gazetteer) -> Any:
    return next(iter(gazetteer.book.grids.values()))


async def slot(worker, name: str) -> Any:
    return (await worker.store.retrieve(WHO)).get_slot(name)


async def filed(tickets) -> Any:
    return (await tickets.of_conversation(WHO, limit=9))[0]


async def report(say, text: str = "3号楼东头路灯不亮，有三天了") -> Reply:
    """Files a report up to its number."""
    reply = await say(text)
    for _ in range(4):
        if "对，报上去" in titles(reply):
            break
        reply = await say("3号楼东头" if "哪" in as_plain_text(reply.parts) else "三天")
    return await say("对，报上去")


async def test_a_follower_is_welcomed_and_told_of_the_data(happens, residents):
    reply = await happens("subscribe", grid=None)
    text = as_plain_text(reply.parts)
    assert "云小路" in text
    assert "删除我的信息" in text
    assert (await residents.get(WHO)).is_follower


async def test_following_by_a_code_binds_and_local_facts_are_used(
    happens, residents, gazetteer, worker
):
    grid = a_grid(gazetteer)
    reply = await happens("subscribe", grid=grid.id)
    assert "这一片" in as_plain_text(reply.parts)
    assert (await residents.get(WHO)).grid == grid.id
    assert await slot(worker, "place") == grid.community


async def test_an_unknown_code_binds_nobody(happens, residents):
    reply = await happens("scan", grid="nowhere")
    assert "没登记" in as_plain_text(reply.parts)
    assert await residents.get(WHO) is None


async def test_an_event_is_answered_once(worker, happens, message):
    inbound = message("scan", who=WHO, channel="wechat", kind=Kind.EVENT, grid=None)
    assert await worker.conversations.accept(inbound)
    assert not await worker.conversations.accept(inbound)
    await worker.drain(WHO)
    outgoing = await worker.conversations.redis.xrange(
        worker.conversations.keys.outgoing
    )
    assert len(outgoing) == 1


async def test_answers_go_to_the_messenger_with_their_kind(worker, say, happens):
    await say("公租房怎么申请")
    await say("俺家着火了快来人")
    await happens("ticket", number="1125-0001", what="result", text="修好了", photos=[])
    entries = await worker.conversations.redis.xrange(
        worker.conversations.keys.outgoing
    )
    docs = [json.loads(fields["entry"]) for _, fields in entries]
    assert [doc["kind"] for doc in docs] == ["chat", "emergency", "result"]
    assert docs[2]["facts"] == {"number": "1125-0001", "what": "result"}
    assert not any(doc["passive"] for doc in docs)


async def test_the_web_chat_needs_no_messenger(worker, say):
    await say("公租房怎么申请", who="web:grandma")
    keys = worker.conversations.keys
    assert await worker.conversations.redis.xlen(keys.outgoing) == 0


async def test_a_photo_alone_is_asked_about_and_kept_for_the_report(
    say, worker, tickets
):
    reply = await say(kind=Kind.IMAGE, photo="a" * 40)
    assert "要反映问题吗" in as_plain_text(reply.parts)
    assert "是，要反映" in titles(reply)
    await say("是，要反映")
    reply = await report(say)
    assert "编号" in as_plain_text(reply.parts)
    assert (await filed(tickets)).draft.photos == ("a" * 40,)
    assert await slot(worker, "photos") is None


async def test_a_photo_during_the_form_is_kept_and_the_question_stays(say, worker):
    await say("小区路灯不亮了，有三天了")
    asked = await slot(worker, "requested_slot")
    assert asked is not None
    reply = await say(kind=Kind.IMAGE, photo="b" * 40)
    assert "照片收到" in as_plain_text(reply.parts)
    assert len(reply.parts) > 1
    assert await slot(worker, "requested_slot") == asked


async def test_a_photo_after_filing_goes_into_the_ticket(say, tickets):
    await report(say)
    reply = await say(kind=Kind.IMAGE, photo="c" * 40)
    number = (await filed(tickets)).number
    assert number in as_plain_text(reply.parts)
    messages = await tickets.messages(number)
    assert ("c" * 40) in [photo for m in messages for photo in m.photos]


async def test_a_photo_that_is_no_report_is_dropped(say, worker):
    await say(kind=Kind.IMAGE, photo="d" * 40)
    await say("不是")
    assert not await slot(worker, "photos")


@pytest.fixture
def days_pass():
    """Lets days pass for the actions."""

    def pass_(days: float) -> None:
        now = ports().now() + timedelta(days=days)
        set_ports(replace(ports(), now=lambda: now))

    return pass_


async def test_a_photo_that_was_deleted_is_said_to_be_gone(say, tickets, days_pass):
    await say(kind=Kind.IMAGE, photo="a" * 40)
    days_pass(2)
    reply = await say("东关花园3号楼2单元楼道灯坏了，好几天了")
    assert "照片：1 张" in as_plain_text(reply.parts)  # its download may be late
    days_pass(30)
    reply = await say("对")
    assert "1 张照片放太久，已经删了" in as_plain_text(reply.parts)
    assert (await filed(tickets)).draft.photos == ()


async def test_what_the_summary_counts_is_kept_for_the_report(
    say, tickets, blobs, days_pass, tmp_path
):
    old, gone = await blobs.put(b"p", "image/png"), "a" * 40
    path = next((tmp_path / "blobs").rglob(old))
    for photo in (old, gone):
        await say(kind=Kind.IMAGE, photo=photo)
    days_pass(40)
    os.utime(path, (1.0, 1.0))
    reply = await say("东关花园3号楼2单元楼道灯坏了，好几天了")
    text = as_plain_text(reply.parts)
    assert "照片：1 张" in text
    assert "1 张照片放太久，已经删了" in text
    assert path.stat().st_mtime > 1.0
    await say("对")
    assert (await filed(tickets)).draft.photos == (old,)


async def test_a_person_gets_what_is_left_and_the_resident_is_told(
    say, tickets, days_pass
):
    await say(kind=Kind.IMAGE, photo="a" * 40)
    await say(kind=Kind.VOICE, recording="b" * 40)
    days_pass(40)
    reply = await say("转人工")
    assert "1 张照片、1 段录音放太久" in as_plain_text(reply.parts)
    assert (await filed(tickets)).draft.photos == ()


async def test_a_store_that_is_down_drops_no_photo(
    say, tickets, days_pass, blobs, monkeypatch
):
    async def renew(self: Any, blob_id: str) -> bool:
        raise StoreUnavailableError("blob")

    monkeypatch.setattr(type(blobs), "renew", renew)
    await say(kind=Kind.IMAGE, photo="a" * 40)
    days_pass(40)
    await say("东关花园3号楼2单元楼道灯坏了，好几天了")
    await say("对")
    assert (await filed(tickets)).draft.photos == ("a" * 40,)


async def test_a_recording_is_offered_to_the_grid_worker(say, tickets):
    reply = await say(kind=Kind.VOICE, recording="e" * 40)
    assert "麦克风" in as_plain_text(reply.parts)
    assert "转给网格员" in titles(reply)
    await say("转给网格员")
    ticket = await filed(tickets)
    assert ticket.draft.kind is TicketKind.HANDOFF
    assert ticket.draft.photos == ("e" * 40,)


async def test_recognised_speech_is_read_as_text(say):
    reply = await say("公租房怎么申请", kind=Kind.VOICE, recording="e" * 40)
    assert "公租房" in as_plain_text(reply.parts)


async def test_a_location_fills_the_place_of_the_form(say, worker):
    await say("路灯不亮了")
    reply = await say(
        "文化路12号", kind=Kind.LOCATION, latitude=35.17, longitude=118.83
    )
    assert "文化路12号" in as_plain_text(reply.parts)
    assert await slot(worker, "report_place") == "文化路12号"
    assert await slot(worker, "requested_slot") != "report_place"


async def test_a_location_before_the_report_is_its_place(say, worker):
    reply = await say(
        "文化路12号", kind=Kind.LOCATION, latitude=35.17, longitude=118.83
    )
    assert "文化路12号" in as_plain_text(reply.parts)
    await say("路灯不亮了，有三天了")
    assert await slot(worker, "report_place") == "文化路12号"


async def test_a_location_after_an_alarm_goes_into_its_ticket(say, tickets):
    await say("俺家着火了快来人")
    reply = await say(
        "文化路12号", kind=Kind.LOCATION, latitude=35.17, longitude=118.83
    )
    ticket = await filed(tickets)
    assert ticket.number in as_plain_text(reply.parts)
    messages = await tickets.messages(ticket.number)
    assert any("文化路12号" in m.text for m in messages)


async def test_a_result_is_asked_about_and_the_answer_reaches_the_ticket(
    happens, say, worker, monkeypatch, tickets
):
    answers: list[Any] = []

    async def answer(self: Any, number: str, conversation: str, **facts: Any) -> Any:
        answers.append((number, conversation, facts["satisfied"], facts["remark"]))
        return SimpleNamespace(state=TicketState.CONFIRMED)

    monkeypatch.setattr(type(tickets), "answer", answer)
    news = {"number": "1125-0001", "what": "result", "text": "灯修好了。", "photos": []}
    reply = await happens("ticket", **news)
    assert titles(reply) == ["解决了", "没解决", "找人说"]
    await say("解决了")
    await happens("ticket", **news)
    reply = await say("还是不亮，没人来修")
    assert "往上转" in as_plain_text(reply.parts)
    assert answers == [
        ("1125-0001", WHO, True, ""),
        ("1125-0001", WHO, False, "还是不亮，没人来修"),
    ]
    assert await slot(worker, "asked_ticket") is None


async def resolved(tickets: Any, number: str) -> dict[str, Any]:
    """Resolves a ticket and returns the news of it."""
    desk, now = Actor.staff("county1", Tier.COUNTY), datetime.now(timezone.utc)
    for action in (Action.CLAIM, Action.CONTACT, Action.RESOLVE):
        command = Command(desk, action, action.value, text="换了灯泡")
        await tickets.act(number, command, now=now)
    return {"number": number, "what": "result", "text": "灯修好了。", "photos": []}


async def test_a_co_reporter_s_yes_closes_nothing(happens, say, tickets):
    now = datetime.now(timezone.utc)
    draft = TicketDraft("m#0", TicketKind.REPORT, "wechat:first", None, "灯坏了")
    number = (await tickets.open(draft, now=now)).number
    await tickets.join(number, WHO, key="j", now=now)
    await happens("ticket", **await resolved(tickets, number))
    reply = await say("解决了")
    assert "谢谢您告诉我" in as_plain_text(reply.parts)
    assert titles(reply) == []
    assert (await tickets.get(number)).state is TicketState.RESOLVED


async def test_an_answer_that_nobody_asked_for_is_said_to_be_late(happens, say):
    await happens("ticket", number="1125-9999", what="result", text="好了", photos=[])
    assert "已经有结论" in as_plain_text((await say("解决了")).parts)


async def test_news_during_a_form_leave_its_question(happens, say, worker):
    await say("小区路灯不亮了")
    asked = await slot(worker, "requested_slot")
    reply = await happens(
        "ticket", number="1125-0001", what="result", text="修好了", photos=[]
    )
    assert "解决了" in as_plain_text(reply.parts)
    assert await slot(worker, "requested_slot") == asked


async def test_a_person_takes_over_and_the_assistant_is_silent(
    happens, say, tickets, worker
):
    await report(say)
    number = (await filed(tickets)).number
    await happens("takeover", number=number, reason="")
    relayed = await happens("relay", number=number, text="我到楼下了", photos=[])
    assert "我到楼下了" in as_plain_text(relayed.parts)
    assert (await say("好，我下来")).parts == ()
    assert (await say(kind=Kind.IMAGE, photo="f" * 40)).parts == ()
    said = [m.text for m in await tickets.messages(number)]
    assert "好，我下来" in said
    reply = await happens("takeover_end", number=number, reason="done")
    assert reply.parts
    assert (await say("谢谢")).parts


async def test_a_result_reported_during_a_talk_can_be_confirmed(happens, say, tickets):
    await report(say)
    number = (await filed(tickets)).number
    await happens("takeover", number=number, reason="")
    reply = await happens("ticket", **await resolved(tickets, number))
    assert titles(reply) == ["解决了", "没解决", "找人说"]
    assert titles(await say("解决了")) == ["满意", "一般", "不满意"]
    ticket = await filed(tickets)
    assert ticket.state is TicketState.CONFIRMED
    assert "记下了" in as_plain_text((await say("满意")).parts)
    assert not any("解决了" in m.text for m in await tickets.messages(number))


async def test_an_emergency_breaks_the_silence(happens, say, tickets):
    await report(say)
    number = (await filed(tickets)).number
    await happens("takeover", number=number, reason="")
    reply = await say("俺家着火了快来人")
    assert isinstance(reply.parts[0], Emergency)
    assert any("着火" in m.text for m in await tickets.messages(number))


async def test_who_wants_to_be_forgotten_is_asked_during_a_takeover_too(
    happens, say, tickets, worker
):
    await report(say)
    number = (await filed(tickets)).number
    await happens("takeover", number=number, reason="")
    reply = await say("删除我的信息")
    assert titles(reply) == ["删掉", "先不删"]
    assert any("删除我的信息" in m.text for m in await tickets.messages(number))
    assert "这就删" in as_plain_text((await say("删掉")).parts)
    redis, keys = worker.conversations.redis, worker.conversations.keys
    assert await redis.zcard(keys.forgetting) == 1


async def test_a_takeover_of_a_ticket_that_is_over_silences_nobody(happens, say):
    await happens("takeover", number="1125-9999", reason="")
    assert (await say("公租房怎么申请")).parts


@pytest.mark.parametrize("what", ["video", "link", "other"])
async def test_what_cannot_be_read_is_answered_kindly(happens, what):
    reply = await happens("unsupported", what=what, text="")
    assert "打字" in as_plain_text(reply.parts)
