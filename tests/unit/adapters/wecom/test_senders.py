"""Notices to staff: cards and group robots."""

from dataclasses import asdict, dataclass, field

import pytest

from adapters.wechat.errors import (
    ConfigurationAlarm,
    OutcomeUnknownError,
    PermanentError,
    TemporaryError,
    UnreachableError,
)
from adapters.wecom.client import CardSent
from adapters.wecom.senders import (
    NotConfiguredSender,
    WeComAppSender,
    WeComRobotSender,
    notice_of,
)
from community.errors import RecordError, StoreUnavailableError
from community.outbox import (
    NOT_CONFIGURED,
    Channel,
    DeliveryState,
    Outgoing,
    OutgoingKind,
    StaffNotice,
)
from tests.conftest import NOW

NOTICE = StaffNotice(
    title="新工单",
    text="路灯照明",
    fields=(("网格", "一"),),
    actions=(("claim:1125-4837", "接单"),),
    task="t1",
)


@dataclass
class Client:
    error: Exception | None = None
    cards: list = field(default_factory=list)
    texts: list = field(default_factory=list)

    async def send_card(self, userids, notice, *, desk_url=""):
        if self.error is not None:
            raise self.error
        self.cards.append((list(userids), notice))
        return CardSent("code", (), "m1")

    async def robot_text(self, key, text):
        if self.error is not None:
            raise self.error
        self.texts.append((key, text))


async def find(staff_id):
    if staff_id == "down":
        raise StoreUnavailableError("down")
    return {"w1": "zhangsan"}.get(staff_id, "")


def card(to="w1", kind=OutgoingKind.NOTICE, payload=None):
    return Outgoing("k", Channel.WECOM_APP, to, kind, payload or asdict(NOTICE), NOW)


def robot(to="county", **payload):
    return Outgoing(
        "k",
        Channel.WECOM_ROBOT,
        to,
        OutgoingKind.ALERT,
        payload or {"text": "有急件"},
        NOW,
    )


async def test_a_notice_reaches_the_members_account_unchanged():
    client = Client()
    result = await WeComAppSender(client, find).send(card(), attempt=1)
    assert (result.state, result.via) == (DeliveryState.DELIVERED, "card")
    assert result.external_id == "m1"
    assert client.cards == [(["zhangsan"], NOTICE)]


def test_a_notice_survives_its_document():
    assert notice_of(asdict(NOTICE)) == NOTICE
    with pytest.raises(RecordError):
        notice_of({"title": "a", "text": "b", "name": "c"})


@pytest.mark.parametrize("to", ["somebody", "desk:county"])
async def test_who_has_no_account_cannot_be_told(to):
    result = await WeComAppSender(Client(), find).send(card(to), attempt=1)
    assert result.state is DeliveryState.PERMANENT_FAILURE


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (TemporaryError(45009, "", "x", 60.0), DeliveryState.TEMPORARY_FAILURE),
        (UnreachableError(81013, "", "x"), DeliveryState.PERMANENT_FAILURE),
        (OutcomeUnknownError(0, "", "x"), DeliveryState.TEMPORARY_FAILURE),
        (ConfigurationAlarm(60020, "", "x"), DeliveryState.TEMPORARY_FAILURE),
    ],
)
async def test_errors_of_a_card(error, state):
    result = await WeComAppSender(Client(error), find).send(card(), attempt=1)
    assert result.state is state
    assert result.pauses_channel is isinstance(error, ConfigurationAlarm)


async def test_without_the_roster_the_notice_waits():
    result = await WeComAppSender(Client(), find).send(card("down"), attempt=1)
    assert result.state is DeliveryState.TEMPORARY_FAILURE


async def test_the_named_robot_speaks_or_the_one_for_all():
    client = Client()
    sender = WeComRobotSender(client, {"county": "k1", "*": "k2"})
    for to in ("county", "street-1"):
        assert (
            await sender.send(robot(to), attempt=1)
        ).state is DeliveryState.DELIVERED
    assert client.texts == [("k1", "有急件"), ("k2", "有急件")]


async def test_a_robot_that_is_not_configured_ends_quietly():
    result = await WeComRobotSender(Client(), {}).send(robot(), attempt=1)
    assert result.error == NOT_CONFIGURED


async def test_one_wrong_robot_key_does_not_pause_the_others():
    client = Client(ConfigurationAlarm(93000, "", "x"))
    result = await WeComRobotSender(client, {"*": "k"}).send(robot(), attempt=1)
    assert result.state is DeliveryState.PERMANENT_FAILURE
    assert not result.pauses_channel


async def test_a_robot_without_an_answer_says_an_alert_again():
    client = Client(OutcomeUnknownError(0, "", "x"))
    result = await WeComRobotSender(client, {"*": "k"}).send(robot(), attempt=1)
    assert result.state is DeliveryState.TEMPORARY_FAILURE


async def test_without_wecom_every_notice_ends():
    result = await NotConfiguredSender().send(card(), attempt=1)
    assert result.error == NOT_CONFIGURED


async def test_a_repeated_card_that_is_known_already_has_arrived():
    known = PermanentError(40058, "rid", "x")
    result = await WeComAppSender(Client(known), find).send(card(), attempt=2)
    assert (result.state, result.via) == (DeliveryState.DELIVERED, "card")


async def test_a_wrong_card_ends_at_its_first_try():
    wrong = PermanentError(40058, "rid", "x")
    result = await WeComAppSender(Client(wrong), find).send(card(), attempt=1)
    assert result.state is DeliveryState.PERMANENT_FAILURE
