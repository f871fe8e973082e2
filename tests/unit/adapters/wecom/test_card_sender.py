"""Cards that lie with staff change when somebody else has acted."""

from dataclasses import asdict, dataclass, field, replace

import pytest

from adapters.card_codes import SentCard
from adapters.wechat.errors import PermanentError, TemporaryError, UnreachableError
from adapters.wecom.card_sender import MAX_TRIES, WeComCardSender, card_of
from adapters.wecom.senders import WeComAppSender
from community.card_changes import CardChange
from community.errors import StoreUnavailableError
from community.outbox import (
    Channel,
    DeliveryState,
    Outgoing,
    OutgoingKind,
    StaffNotice,
)
from tests.conftest import NOW
from tests.unit.adapters.wecom.test_senders import Client as App
from tests.unit.adapters.wecom.test_senders import find

CHANGE = CardChange("1125-4837", 3, "李四已接单", only_tasks=True)
CARD = SentCard("1125-4837-1-w1", "code", 1, is_task=True)
NOTICE = StaffNotice(
    "新工单",
    "路灯",
    actions=(("claim:1125-4837", "接单"),),
    task=CARD.task,
    extra={"ticket": "1125-4837", "seq": 1},
)


@dataclass
class Client:
    error: Exception | None = None
    updates: list = field(default_factory=list)

    async def update_card(self, response_code, replace_name, *, userids=()):
        if self.error is not None:
            raise self.error
        self.updates.append((response_code, replace_name, tuple(userids)))


@dataclass
class Codes:
    cards: list = field(default_factory=list)
    overtaken_by: CardChange | None = None
    error: Exception | None = None
    kept: list = field(default_factory=list)
    gone: list = field(default_factory=list)

    async def remember(self, ticket, card, *, now):
        if self.error is not None:
            raise self.error
        self.kept.append((ticket, card))
        return self.overtaken_by

    async def change(self, change, *, now):
        if self.error is not None:
            raise self.error
        return self.cards

    async def used(self, ticket, task):
        self.gone.append((ticket, task))


def sender(client, codes):
    return WeComCardSender(client, codes, lambda: NOW)


def message(payload=None):
    return Outgoing(
        "k",
        Channel.WECOM_CARD,
        CHANGE.ticket,
        OutgoingKind.ALERT,
        payload or asdict(CHANGE),
        NOW,
    )


async def test_everybodys_card_says_who_has_the_ticket():
    other = replace(CARD, task="1125-4837-2-w2", code="code2")
    client, codes = Client(), Codes([CARD, other])
    result = await sender(client, codes).send(message(), attempt=1)
    assert (result.state, result.via) == (DeliveryState.DELIVERED, "2 cards")
    assert client.updates == [("code", "李四已接单", ()), ("code2", "李四已接单", ())]
    assert codes.gone == [(CHANGE.ticket, CARD.task), (CHANGE.ticket, other.task)]


@pytest.mark.parametrize(
    "error",
    [
        PermanentError(40058, "r", "response_code"),
        UnreachableError(60111, "r", "userid not found"),
    ],
)
async def test_a_card_that_cannot_be_changed_stops_no_other(error):
    codes = Codes([CARD])
    client = Client(error)
    result = await sender(client, codes).send(message(), attempt=1)
    assert result.state is DeliveryState.DELIVERED
    assert codes.gone, "it is not tried again"


async def test_a_busy_platform_is_asked_again_with_the_same_code():
    codes = Codes([CARD])
    client = Client(TemporaryError(-1, "r", "busy"))
    result = await sender(client, codes).send(message(), attempt=1)
    assert result.state is DeliveryState.TEMPORARY_FAILURE
    assert not codes.gone


async def test_an_answer_that_stays_unknown_does_not_hold_later_changes_up():
    codes = Codes([CARD])
    client = Client(TemporaryError(42999, "r", "unknown code"))
    first = await sender(client, codes).send(message(), attempt=MAX_TRIES - 1)
    assert first.state is DeliveryState.TEMPORARY_FAILURE
    last = await sender(client, codes).send(message(), attempt=MAX_TRIES)
    assert last.state is DeliveryState.DELIVERED
    assert codes.gone


async def test_without_the_store_it_is_tried_again():
    codes = Codes(error=StoreUnavailableError("down"))
    result = await sender(Client(), codes).send(message(), attempt=1)
    assert result.state is DeliveryState.TEMPORARY_FAILURE


async def test_a_malformed_change_ends():
    result = await sender(Client(), Codes()).send(message({"seq": 1}), attempt=1)
    assert result.state is DeliveryState.PERMANENT_FAILURE


async def test_a_sent_card_s_code_is_kept():
    codes = Codes()
    app = WeComAppSender(App(), find, sender(Client(), codes).keep)
    card = Outgoing(
        "k", Channel.WECOM_APP, "w1", OutgoingKind.NOTICE, asdict(NOTICE), NOW
    )
    assert (await app.send(card, attempt=1)).state is DeliveryState.DELIVERED
    assert codes.kept == [(CHANGE.ticket, CARD)]


async def test_a_card_that_was_overtaken_on_its_way_changes_at_once():
    client, codes = Client(), Codes(overtaken_by=CHANGE)
    await sender(client, codes).keep(NOTICE, "code")
    assert client.updates == [("code", "李四已接单", ())]
    assert codes.gone == [(CHANGE.ticket, CARD.task)]


async def test_a_card_counts_as_sent_even_if_its_code_is_lost():
    codes = Codes(error=StoreUnavailableError("down"))
    await sender(Client(), codes).keep(NOTICE, "code")
    busy = Client(TemporaryError(-1, "r", "busy"))
    await sender(busy, Codes(overtaken_by=CHANGE)).keep(NOTICE, "code")


def test_only_cards_with_buttons_are_kept():
    assert card_of(NOTICE, "code") == CARD
    assert card_of(NOTICE, "") is None
    assert card_of(replace(NOTICE, actions=()), "code") is None
    assert card_of(replace(NOTICE, extra={}), "code") is None
    ack = replace(NOTICE, actions=(("ack:1125-4837", "知道了"),))
    assert card_of(ack, "code") == replace(CARD, is_task=False)
