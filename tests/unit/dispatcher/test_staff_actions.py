"""Taps on cards become acts, and the card says what came of it."""

from dataclasses import dataclass, field

import pytest

from adapters.wechat.errors import PermanentError
from community.errors import (
    ConflictError,
    NotFoundError,
    RecordError,
    StoreUnavailableError,
    TransitionRefusedError,
)
from community.staff import Role, Roster, Staff
from community.tickets import Action
from community.tiers import Tier
from dispatcher.staff_actions import StaffActions
from dispatcher.streams import Entry
from tests.conftest import NOW


def member(staff_id: str, name: str, userid: str) -> Staff:
    roles = frozenset({Role.WORKER})
    return Staff(staff_id, name, Tier.GRID, "c1", "c1", userid, roles)


STAFF = {
    s.id: s for s in (member("w1", "张三", "zhangsan"), member("w2", "李四", "lisi"))
}


@dataclass
class Tickets:
    error: Exception | None = None
    acts: list = field(default_factory=list)

    async def act(self, number, command, *, now):
        if self.error is not None:
            raise self.error
        self.acts.append((number, command))


@dataclass
class Cards:
    error: Exception | None = None
    updates: list = field(default_factory=list)
    texts: list = field(default_factory=list)

    async def update_card(self, response_code, replace_name, *, userids=()):
        if self.error is not None:
            raise self.error
        self.updates.append((response_code, replace_name, tuple(userids)))

    async def send_text(self, userids, text):
        self.texts.append((list(userids), text))


async def roster(_):
    return Roster(staff=STAFF)


def build(tickets, cards):
    return StaffActions(
        tickets, roster, cards, now=lambda: NOW, desk_url="http://desk/"
    )


def tap(key="claim:1125-4837", *, who="zhangsan", code="rc1"):
    action, _, number = key.partition(":")
    fields = {"v": "1", "id": "tap1", "userid": who, "kind": "card"}
    fields |= {"action": action, "number": number, "response_code": code}
    return Entry("1-1", fields)


async def test_a_claim_is_performed_and_everybodys_card_says_so():
    tickets, cards = Tickets(), Cards()
    await build(tickets, cards).handle([tap()])
    ((number, command),) = tickets.acts
    assert number == "1125-4837"
    assert (command.action, command.actor.id, command.key) == (
        Action.CLAIM,
        "w1",
        "tap1",
    )
    assert cards.updates == [("rc1", "张三已接单", ())]
    assert cards.texts == []


async def test_the_second_one_is_told_who_has_it():
    cards = Cards()
    await build(Tickets(ConflictError("w1")), cards).handle([tap(who="lisi")])
    assert cards.updates == [("rc1", "张三已接单", ("lisi",))]
    assert "张三" in cards.texts[0][1]


async def test_acknowledging_changes_the_own_card_only():
    tickets, cards = Tickets(), Cards()
    await build(tickets, cards).handle([tap("ack:1125-4837")])
    assert tickets.acts[0][1].action is Action.ACKNOWLEDGE
    assert cards.updates == [("rc1", "已知悉", ("zhangsan",))]


async def test_contacting_leads_to_the_page_and_is_no_act_yet():
    tickets, cards = Tickets(), Cards()
    await build(tickets, cards).handle([tap("contact:1125-4837")])
    assert tickets.acts == []
    assert "http://desk/w/tickets/1125-4837" in cards.texts[0][1]


@pytest.mark.parametrize("error", [NotFoundError("x"), TransitionRefusedError("x")])
async def test_what_cannot_be_done_is_said(error):
    cards = Cards()
    await build(Tickets(error), cards).handle([tap()])
    assert cards.updates[0][2] == ("zhangsan",)


@pytest.mark.parametrize("entry", [tap(who="stranger"), tap("resolve:1125-4837")])
async def test_strangers_and_unknown_buttons_do_nothing(entry):
    tickets, cards = Tickets(), Cards()
    await build(tickets, cards).handle([entry])
    assert tickets.acts == []
    assert len(cards.texts) == 1


async def test_a_card_that_cannot_be_updated_does_not_undo_the_act():
    tickets = Tickets()
    await build(tickets, Cards(PermanentError(1, "", "used"))).handle([tap()])
    assert len(tickets.acts) == 1


async def test_without_the_database_the_tap_stays():
    with pytest.raises(StoreUnavailableError):
        await build(Tickets(StoreUnavailableError("x")), Cards()).handle([tap()])


async def test_words_to_the_app_are_answered_with_where_to_go():
    cards = Cards()
    words = {"v": "1", "id": "w1", "userid": "zhangsan", "kind": "text", "text": "好"}
    await build(Tickets(), cards).handle([Entry("1-1", words)])
    assert cards.updates == []
    assert "http://desk/w/tickets" in cards.texts[0][1]


@pytest.mark.parametrize("fields", [{}, {"v": "2"}, {"v": "1", "kind": "card"}])
async def test_a_malformed_tap_is_refused(fields):
    with pytest.raises(RecordError):
        await build(Tickets(), Cards()).handle([Entry("1-1", fields)])
