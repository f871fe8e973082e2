"""The same suite over our tracker store and Rasa's in-memory one."""

from collections.abc import Callable

import pytest
from rasa.core.tracker_store import InMemoryTrackerStore, TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActiveLoop,
    BotUttered,
    ConversationPaused,
    SessionStarted,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker

from adapters.redis_conversations import RedisConversations
from adapters.settings import ROOT
from bot.tracker_store import WINDOW_TURNS, RedisTurnTrackerStore, state_of

WHO = "web:grandma"


@pytest.fixture(scope="module")
def domain() -> Domain:
    return Domain.load(str(ROOT / "domain.yml"))


@pytest.fixture(params=["memory", "redis"])
def store(
    request: pytest.FixtureRequest, domain: Domain, conversations: RedisConversations
) -> TrackerStore:
    if request.param == "memory":
        return InMemoryTrackerStore(domain)
    return RedisTurnTrackerStore(domain, conversations=conversations)


def turn(tracker: DialogueStateTracker, number: int, domain: Domain) -> None:
    tracker.update_with_events(
        [
            UserUttered(f"第{number}句", {"name": "service"}),
            ActionExecuted("action_answer"),
            SlotSet("item", f"service/item_{number}"),
            BotUttered(f"答{number}"),
            ActionExecuted("action_listen"),
        ],
        domain,
    )


async def speak(store: TrackerStore, domain: Domain, n_turns: int) -> None:
    for number in range(n_turns):
        tracker = await store.get_or_create_tracker(WHO)
        turn(tracker, number, domain)
        await store.save(tracker)


async def test_an_unknown_person_has_no_tracker(store):
    assert await store.retrieve(WHO) is None
    assert await store.retrieve_full_tracker(WHO) is None


@pytest.mark.parametrize("n_turns", [1, WINDOW_TURNS, 3 * WINDOW_TURNS])
async def test_state_and_last_turns_survive(store, domain, n_turns):
    await speak(store, domain, n_turns)
    tracker = await store.retrieve(WHO)
    assert tracker.get_slot("item") == f"service/item_{n_turns - 1}"
    assert tracker.latest_message.text == f"第{n_turns - 1}句"
    assert tracker.latest_action_name == "action_listen"
    texts = [e.text for e in tracker.events if isinstance(e, UserUttered)]
    kept = min(n_turns, WINDOW_TURNS)
    assert texts[-kept:] == [f"第{n}句" for n in range(n_turns - kept, n_turns)]


async def test_the_full_tracker_has_every_turn_in_order(store, domain):
    await speak(store, domain, 12)
    tracker = await store.retrieve_full_tracker(WHO)
    texts = [e.text for e in tracker.events if isinstance(e, UserUttered)]
    assert texts == [f"第{n}句" for n in range(12)]


async def test_a_form_in_progress_survives_many_turns(store, domain):
    tracker = await store.get_or_create_tracker(WHO)
    tracker.update_with_events(
        [
            SessionStarted(),
            ActionExecuted("action_listen"),
            UserUttered("路灯坏了", {"name": "matter"}),
            ActionExecuted("report_form"),
            ActiveLoop("report_form"),
            SlotSet("requested_slot", "report_place"),
            ActionExecuted("action_listen"),
        ],
        domain,
    )
    await store.save(tracker)
    await speak(store, domain, 2 * WINDOW_TURNS)
    restored = await store.retrieve(WHO)
    assert restored.active_loop_name == "report_form"
    assert restored.get_slot("requested_slot") == "report_place"


async def test_a_pause_survives(store, domain):
    tracker = await store.get_or_create_tracker(WHO)
    tracker.update(ConversationPaused(), domain)
    await store.save(tracker)
    assert (await store.retrieve(WHO)).is_paused()


async def test_saving_an_unchanged_tracker_adds_nothing(store, domain):
    await speak(store, domain, 2)
    tracker = await store.retrieve(WHO)
    await store.save(tracker)
    full = await store.retrieve_full_tracker(WHO)
    assert len([e for e in full.events if isinstance(e, UserUttered)]) == 2


async def test_people_do_not_see_each_other(store, domain):
    await speak(store, domain, 1)
    assert await store.retrieve("web:other") is None
    assert list(await store.keys()) == [WHO]


async def test_deletion_removes_one_person(domain, conversations):
    """Rasa's in-memory store has no deletion, so this runs over ours alone."""
    store = RedisTurnTrackerStore(domain, conversations=conversations)
    await speak(store, domain, 3)
    await store.delete(WHO)
    assert await store.retrieve(WHO) is None


async def test_both_stores_rebuild_the_same_state(domain, conversations):
    ours = RedisTurnTrackerStore(domain, conversations=conversations)
    theirs = InMemoryTrackerStore(domain)
    compare: list[Callable[[DialogueStateTracker], object]] = [
        state_of,
        lambda t: t.latest_action_name,
        lambda t: t.latest_message.text,
        lambda t: t.active_loop_name,
    ]
    for store in (ours, theirs):
        await speak(store, domain, 9)
    one, other = await ours.retrieve(WHO), await theirs.retrieve(WHO)
    assert [f(one) for f in compare] == [f(other) for f in compare]


async def test_turns_are_appended_and_never_rewritten(domain, conversations):
    store = RedisTurnTrackerStore(domain, conversations=conversations)
    await speak(store, domain, 3)
    before = await conversations.all_turns(WHO)
    await speak(store, domain, 1)
    assert (await conversations.all_turns(WHO))[: len(before)] == before


async def test_old_turns_are_dropped_from_the_front(domain, conversations):
    store = RedisTurnTrackerStore(domain, conversations=conversations)
    await speak(store, domain, 3)
    newest = (await conversations.all_turns(WHO))[-1]["at"]
    await conversations.trim_turns(WHO, oldest_s=newest)
    assert 1 <= len(await conversations.all_turns(WHO)) < 3
