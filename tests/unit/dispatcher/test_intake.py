"""What becomes of an answer, by who claimed it and how old it is."""

import json
from datetime import timedelta

import pytest

from community.errors import RecordError, StoreUnavailableError
from community.outbox import DeliveryState, OutgoingKind
from community.replies import Reply, Text
from dispatcher.intake import Intake
from dispatcher.streams import Entry
from tests.conftest import NOW

ONE_PART = (Text("您好"),)


class Claims:
    """Claims in a dictionary."""

    def __init__(self) -> None:
        self.holders: dict[str, str] = {}
        self.left: list[str] = []

    async def claims(self, message_ids):
        return [self.holders.get(message_id) for message_id in message_ids]

    async def claim(self, message_id, holder):
        return self.holders.setdefault(message_id, holder)

    async def has_left(self, message_id, conversation):
        self.left.append(message_id)


class Store:
    """An outbox in lists."""

    def __init__(self) -> None:
        self.to_send = []
        self.ended = []
        self.woken = []
        self.is_down = False

    async def take_in(self, outcomes, to_send, *, writers, now):
        if self.is_down:
            raise StoreUnavailableError("down")
        self.to_send += to_send
        self.ended += outcomes
        self.woken += writers
        return len(writers)


@pytest.fixture
def claims():
    return Claims()


@pytest.fixture
def store():
    return Store()


@pytest.fixture
def intake(claims, store):
    return Intake(
        claims, store, exceeds_passive=lambda parts: len(parts) > 1, now=lambda: NOW
    )


def entry(
    message_id="m1",
    *,
    age_s=0.0,
    kind=OutgoingKind.CHAT,
    passive=True,
    parts=ONE_PART,
):
    reply = Reply(message_id, "wechat:a", tuple(parts), NOW)
    doc = {
        "v": 1,
        "reply": json.loads(reply.to_json()),
        "kind": kind.value,
        "passive": passive,
        "received_at": (NOW - timedelta(seconds=age_s)).isoformat(),
    }
    return Entry(f"1-{message_id[1:]}", {"entry": json.dumps(doc)})


async def test_a_passive_answer_that_has_left_is_recorded_as_delivered(
    intake, claims, store
):
    claims.holders["m1"] = "sent"
    assert await intake.handle([entry()]) == ["1-1"]
    ((message, result),) = store.ended
    assert (message.key, message.recipient) == ("m1", "wechat:a")
    assert (result.state, result.via) == (DeliveryState.DELIVERED, "passive")
    assert store.to_send == []


async def test_the_rest_of_a_long_passive_answer_is_sent_after_it(
    intake, claims, store
):
    claims.holders["m1"] = "sent"
    await intake.handle([entry(parts=(Text("一"), Text("二")))])
    (rest,) = store.to_send
    assert rest.key == "m1#rest"
    assert rest.payload["after_passive"] is True


async def test_a_late_answer_is_sent(intake, claims, store):
    claims.holders["m1"] = "late"
    assert await intake.handle([entry()]) == ["1-1"]
    assert [m.key for m in store.to_send] == ["m1"]


async def test_an_answer_that_nobody_has_claimed_yet_is_left(intake, store):
    assert await intake.handle([entry(age_s=5.9)]) == []
    assert store.to_send == store.ended == []


async def test_an_answer_that_nobody_claims_is_sent_after_six_seconds(
    intake, claims, store
):
    assert await intake.handle([entry(age_s=6)]) == ["1-1"]
    assert claims.holders == {"m1": "late"}
    assert len(store.to_send) == 1


async def test_a_gateway_that_claims_in_the_last_moment_wins(intake, claims, store):
    async def claim(message_id, holder):
        return claims.holders.setdefault(message_id, "passive")

    claims.claim = claim
    assert await intake.handle([entry(age_s=6)]) == []
    assert store.to_send == []


async def test_a_passive_answer_under_way_is_waited_for(intake, claims):
    claims.holders["m1"] = "passive"
    assert await intake.handle([entry(age_s=19)]) == []


async def test_a_passive_answer_that_never_left_is_unknown(intake, claims, store):
    claims.holders["m1"] = "passive"
    assert await intake.handle([entry(age_s=20)]) == ["1-1"]
    assert store.ended[0][1].state is DeliveryState.UNKNOWN
    assert claims.left == [store.ended[0][0].key]


@pytest.mark.parametrize("kind", [OutgoingKind.EMERGENCY, OutgoingKind.RESULT])
async def test_unless_it_is_better_said_twice_than_never(intake, claims, store, kind):
    claims.holders["m1"] = "passive"
    await intake.handle([entry(age_s=20, kind=kind)])
    assert [m.key for m in store.to_send] == ["m1"]


async def test_an_answer_waits_for_the_fate_of_the_one_before(intake, claims, store):
    claims.holders |= {"m1": "passive", "m2": "late"}
    assert await intake.handle([entry("m1"), entry("m2")]) == []
    claims.holders["m1"] = "sent"
    assert await intake.handle([entry("m1"), entry("m2")]) == ["1-1", "1-2"]
    assert [m.key for m in store.to_send] == ["m2"]


async def test_an_emergency_waits_for_nothing(intake, claims, store):
    claims.holders |= {"m1": "passive", "m2": "late"}
    urgent = entry("m2", kind=OutgoingKind.EMERGENCY)
    assert await intake.handle([entry("m1"), urgent]) == ["1-2"]


async def test_what_no_gateway_waits_for_is_sent_at_once(intake, store):
    await intake.handle([entry(passive=False)])
    assert len(store.to_send) == 1


async def test_an_answer_that_says_nothing_ends_delivered(intake, store):
    await intake.handle([entry(passive=False, parts=())])
    assert store.to_send == []
    assert store.ended[0][1].via == "silent"


async def test_a_persons_message_wakes_what_was_held_for_them(intake, claims, store):
    claims.holders["m1"] = "sent"
    await intake.handle([entry()])
    assert store.woken == ["wechat:a"]


async def test_news_from_the_outbox_wake_nothing(intake, store):
    await intake.handle([entry("outbox:1", passive=False)])
    assert store.woken == []


async def test_without_the_database_nothing_is_finished(intake, claims, store):
    claims.holders["m1"] = "sent"
    store.is_down = True
    with pytest.raises(StoreUnavailableError):
        await intake.handle([entry()])


@pytest.mark.parametrize(
    "fields",
    [{}, {"entry": "{"}, {"entry": '{"v": 2}'}, {"entry": '{"v": 1}'}, {"entry": "1"}],
)
async def test_a_malformed_entry_is_refused(intake, fields):
    with pytest.raises(RecordError):
        await intake.handle([Entry("1-1", fields)])
