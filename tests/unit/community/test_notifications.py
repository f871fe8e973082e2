"""Who is told what, and that nothing personal is in it."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from community.notifications import notify, people
from community.outbox import Channel, OutgoingKind
from community.tickets import (
    SYSTEM,
    Action,
    Command,
    Ticket,
    TicketEvent,
    TicketKind,
    history,
    running,
)
from community.tickets.decisions import decide
from tests.ticket_world import MONDAY, actor, draft, office

OFFICE = office()
OTHER = "wechat:oFictitiousOpenId02"
PERSONAL = (
    "张桂兰",
    "138 0000 1234",
    "13800001234",
    "501",
    "3号楼",
    "垃圾三天",
    "FictitiousOpenId",
)


def filed(**changed) -> tuple[Ticket, TicketEvent]:
    document = draft(**changed)
    life = running.filed(document, OFFICE, MONDAY)
    event = TicketEvent(
        1, Action.FILE, "resident", MONDAY, history.changes(None, life), {}
    )
    return Ticket("1123-4837", document, life, MONDAY), event


def after(
    ticket: Ticket, who, action: Action, *, at=MONDAY, **more
) -> tuple[Ticket, TicketEvent]:
    by = who if who is SYSTEM else actor(who)
    command = Command(by, action, "k", **more)
    decision = decide(ticket.life, command, OFFICE, at)
    assert decision is not None
    event = TicketEvent(
        decision.life.n_events,
        action,
        by.id,
        at,
        history.changes(ticket.life, decision.life),
        decision.facts,
        command.text,
        command.reason,
    )
    return replace(ticket, life=decision.life), event


def cards(messages):
    return {m.recipient: m for m in messages if m.channel is Channel.WECOM_APP}


def news(messages):
    return {
        m.recipient: m.payload["extra"]
        for m in messages
        if m.channel is Channel.DIALOGUE
    }


def working(ticket: Ticket) -> Ticket:
    for action in (Action.CLAIM, Action.CONTACT):
        ticket, _ = after(ticket, "worker1", action)
    return ticket


def test_a_new_ticket_gives_its_owner_a_card_with_buttons():
    sent = cards(notify(*filed(), OFFICE))
    card = sent["worker1"].payload
    assert card["actions"] == (
        ("claim:1123-4837", "接单"),
        ("contact:1123-4837", "联系居民"),
    )
    assert card["path"] == "/w/tickets/1123-4837"
    assert ("网格", "柳树社区柳树一网格") in card["fields"]
    assert set(sent) == {"worker1"}


def test_the_grid_s_worker_knows_of_what_goes_to_the_street():
    sent = cards(notify(*filed(item="matter/illegal_building"), OFFICE))
    assert set(sent) == {"street1", "worker1"}
    assert sent["worker1"].payload["actions"] == (("ack:1123-4837", "知道了"),)


def test_an_emergency_alerts_everybody_near_at_once():
    ticket, event = filed(
        item="matter/gas_safety", urgency="critical", kind=TicketKind.EMERGENCY
    )
    sent = cards(notify(ticket, event, OFFICE))
    assert {"worker1", "worker2", "head", ticket.owner} <= set(sent)
    assert {m.kind for m in sent.values()} == {OutgoingKind.ALERT}


def test_the_result_asks_everybody_whom_it_concerns():
    ticket = replace(working(filed()[0]), followers=(OTHER,))
    ticket, event = after(
        ticket, "worker1", Action.RESOLVE, text="清走了，电话13800001234"
    )
    told = news(notify(ticket, event, OFFICE))
    assert set(told) == {draft().conversation, OTHER}
    assert told[OTHER]["what"] == "result"
    assert "清走了" in told[OTHER]["text"]
    assert "13800001234" not in told[OTHER]["text"]


def test_nobody_is_sent_news_who_is_forgotten_or_has_left():
    ticket, _ = filed()
    ticket = replace(
        ticket, draft=replace(ticket.draft, conversation=""), followers=("",)
    )
    ticket = working(ticket)
    ticket, event = after(ticket, "worker1", Action.RESOLVE, text="清走了")
    assert news(notify(ticket, event, OFFICE)) == {}


def test_an_escalation_tells_the_resident_and_the_street():
    ticket, event = after(filed()[0], "worker1", Action.ESCALATE, reason="要吊车")
    messages = notify(ticket, event, OFFICE)
    assert "街道" in news(messages)[draft().conversation]["text"]
    assert "要吊车" not in json.dumps([m.payload for m in messages], ensure_ascii=False)
    assert {"street1", "street2"} <= set(cards(messages))


def test_handing_on_within_a_tier_is_not_told_to_the_resident():
    ticket, event = after(filed()[0], "worker1", Action.RETURN, reason="不归我")
    messages = notify(ticket, event, OFFICE)
    assert news(messages) == {}
    assert set(cards(messages)) == {"worker2"}


def test_the_chain_ends_with_the_group_and_the_desk():
    ticket, told = filed()[0], []
    at = MONDAY
    while ticket.life.chain_at is not None:
        at = ticket.life.chain_at
        ticket, event = after(ticket, SYSTEM, Action.ALERT, at=at)
        told.append([(m.channel, m.recipient) for m in notify(ticket, event, OFFICE)])
    assert told == [
        [(Channel.WECOM_APP, "worker2")],
        [(Channel.WECOM_APP, "head")],
        [(Channel.WECOM_ROBOT, "willow")],
        [(Channel.WECOM_APP, "clerk")],
    ]


def test_the_group_reads_no_name():
    ticket = filed()[0]
    for _ in range(3):
        assert ticket.life.chain_at is not None
        ticket, event = after(ticket, SYSTEM, Action.ALERT, at=ticket.life.chain_at)
    (message,) = notify(ticket, event, OFFICE)
    names = [person.name for person in OFFICE.roster.staff.values()]
    assert not any(name in message.payload["text"] for name in names)


def test_a_red_warning_is_not_delayed_by_quiet_hours_a_yellow_one_is():
    ticket = filed()[0]
    clock = ticket.life.clock
    assert clock is not None
    kinds = []
    for at in (clock.yellow_at, clock.red_at):
        ticket, event = after(ticket, SYSTEM, Action.WARN, at=at)
        kinds.append(cards(notify(ticket, event, OFFICE))["worker1"].kind)
    assert kinds == [OutgoingKind.NOTICE, OutgoingKind.ALERT]


def test_who_asks_for_a_pause_hears_the_decision_and_the_resident_too():
    ticket = working(filed()[0])
    ticket, event = after(
        ticket, "worker1", Action.PAUSE, reason="等清运车", minutes=1440
    )
    assert set(cards(notify(ticket, event, OFFICE))) == {"head"}
    ticket, event = after(ticket, "head", Action.APPROVE)
    messages = notify(ticket, event, OFFICE)
    assert set(cards(messages)) == {"worker1"}
    assert news(messages)[draft().conversation]["what"] == "paused"


def test_whoever_answered_is_not_told_their_own_answer():
    ticket = replace(working(filed()[0]), followers=(OTHER,))
    ticket, _ = after(ticket, "worker1", Action.RESOLVE, text="清走了")
    life = ticket.life
    event = TicketEvent(9, Action.CONFIRM, "resident-2", MONDAY, {}, {})
    assert set(news(notify(replace(ticket, life=life), event, OFFICE))) == {
        draft().conversation
    }


def test_nothing_personal_is_in_any_card():
    ticket, event = filed()
    for at in range(6):
        for message in notify(ticket, event, OFFICE):
            if message.channel is not Channel.DIALOGUE:
                text = json.dumps(message.payload, ensure_ascii=False)
                assert not any(word in text for word in PERSONAL), text
        ticket, event = after(
            ticket,
            "worker1",
            (
                Action.CLAIM,
                Action.CONTACT,
                Action.NOTE,
                Action.NOTE,
                Action.RESOLVE,
                Action.NOTE,
            )[at],
            text="张桂兰家501，13800001234",
            at=MONDAY + timedelta(hours=at),
        )


def test_keys_are_unique_and_the_same_at_a_repeat():
    ticket, event = filed(item="matter/gas_safety", kind=TicketKind.EMERGENCY)
    first = [message.key for message in notify(ticket, event, OFFICE)]
    assert len(set(first)) == len(first)
    assert first == [message.key for message in notify(ticket, event, OFFICE)]


@pytest.mark.parametrize(
    ("recipient", "expected"),
    [
        ("desk:willow", ("clerk",)),
        ("desk:east", ("street1", "street2")),
        ("desk:county", ("county1", "county2")),
        ("nobody", ()),
    ],
)
def test_behind_a_desk_stand_persons(recipient, expected):
    assert people(OFFICE.roster, recipient, MONDAY) == expected
