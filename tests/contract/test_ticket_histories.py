"""Random histories by several people at once, over every database."""

import asyncio
import secrets
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from adapters.sql.engine import create_engine
from adapters.sql.ticket_acts import always
from adapters.sql.tickets import SqlTicketRepository
from community.errors import ConflictError, NotFoundError, TransitionRefusedError
from community.tickets import Action, Command, TicketState, history, running
from community.tickets.lifecycle import allows, possible
from tests.contract.conftest import KEY
from tests.databases import migrated
from tests.ticket_world import MONDAY, STAFF, actor, draft, office

REFUSALS = (TransitionRefusedError, ConflictError, NotFoundError)
N_PROCESSES = 3
TARGETS = {
    Action.ASSIGN: "worker2",
    Action.NOTE: "resident",
    Action.RECLASSIFY: "matter/noise",
    Action.RELOCATE: "willow-2",
}
PEOPLE = st.sampled_from([person.id for person in STAFF])
DICE = st.integers(0, 10_000)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    url = f"sqlite:///{tmp_path}/tickets.db"
    if request.param == "postgres":
        url = request.getfixturevalue("postgres_url")
    migrated(url)
    return url


def test_histories_of_several_at_once_keep_owner_clock_table_and_chain(
    database_url: str,
) -> None:
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        lambda: DatabaseHistories(database_url),
        settings=settings(
            max_examples=12,
            stateful_step_count=12,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )


class DatabaseHistories(RuleBasedStateMachine):
    """Two tickets, and three processes that act on them at the same moment."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.engine = create_engine(url)
        self.stores = [
            SqlTicketRepository(self.engine, field_key=KEY, office=always(office()))
            for _ in range(N_PROCESSES)
        ]
        self.now = MONDAY
        self.mark = secrets.token_hex(6)
        self.n_acts = 0
        self.numbers: list[str] = []

    def teardown(self) -> None:
        self.loop.run_until_complete(self.engine.dispose())
        self.loop.close()

    @initialize(
        items=st.tuples(
            st.sampled_from(["matter/garbage_cleaning", "matter/illegal_building"]),
            st.sampled_from(["matter/garbage_cleaning", None]),
        ),
        grid=st.sampled_from(["willow-1", "willow-2", None]),
    )
    def file(self, items, grid):
        self.who = f"wechat:o{self.mark}"
        for nth, item in enumerate(items):
            filed = draft(f"{self.mark}:{nth}#0", who=self.who, item=item, grid=grid)
            opened = self.loop.run_until_complete(
                self.stores[0].open(filed, now=self.now)
            )
            self.numbers.append(opened.number)

    @rule(
        people=st.lists(PEOPLE, min_size=2, max_size=N_PROCESSES),
        which=st.lists(st.integers(0, 1), min_size=N_PROCESSES, max_size=N_PROCESSES),
        dice=DICE,
        wait=st.sampled_from([0, 1, 45, 600, 2_000]),
    )
    def several_act_at_once(self, people, which, dice, wait):
        self.now += timedelta(minutes=wait)
        self._run(
            *(
                self._acts(store, who, self.numbers[nth], dice + place)
                for place, (store, who, nth) in enumerate(
                    zip(self.stores, people, which, strict=False)
                )
            )
        )

    @rule(which=st.integers(0, 1))
    def all_who_may_claim_at_once(self, which):
        number = self.numbers[which]
        life = self._life(number)
        may = [p.id for p in STAFF if Action.CLAIM in possible(actor(p.id), life)]
        if len(may) < 2:
            return
        told = self._run(
            *(
                self._claims(store, number, who)
                for store, who in zip(self.stores, may, strict=False)
            )
        )
        winners = {owner for owner in told if owner is not None}
        assert winners <= {self._life(number).owner}

    @rule(which=st.integers(0, 1), dice=DICE)
    def the_owner_goes_on(self, which, dice):
        """Random people alone seldom get far."""
        number = self.numbers[which]
        owner = self._life(number).owner
        who = "county1" if owner.startswith("desk:") else owner
        self._run(self._acts(self.stores[dice % N_PROCESSES], who, number, dice))

    @rule(which=st.integers(0, 1), satisfied=st.booleans())
    def the_resident_answers_while_a_neighbour_joins(self, which, satisfied):
        number, key = self.numbers[which], self._key()
        acts = [
            self.stores[1].join(number, "wechat:neighbour", key=key, now=self.now),
        ]
        if self._life(number).state is TicketState.RESOLVED:
            acts.append(
                self.stores[0].answer(
                    number, self.who, satisfied=satisfied, key=f"{key}a", now=self.now
                )
            )
        self._run(*map(self._quietly, acts))

    @rule(days=st.integers(0, 9))
    def time_passes_and_two_dispatchers_look(self, days):
        self.now += timedelta(days=days)
        self._run(*(store.tick(self.now) for store in self.stores[:2]))

    @invariant()
    def everything_agrees(self):
        for number in self.numbers:
            ticket = self.loop.run_until_complete(self.stores[0].get(number))
            events = self.loop.run_until_complete(self.stores[1].events(number))
            assert self.loop.run_until_complete(self.stores[2].verify(number)) == []
            assert history.rebuild(events) == ticket.life
            assert running.has_one_owner(ticket.life), ticket.life
            assert running.has_one_clock(ticket.life), ticket.life
            states = [
                history.rebuild(events[: nth + 1]).state for nth in range(len(events))
            ]
            for event, before, after in zip(
                events[1:], states[:-1], states[1:], strict=True
            ):
                assert allows(event.action, before, after), (event.action, before)

    async def _acts(self, store, who, number, dice):
        life = (await store.get(number)).life
        actions = sorted(possible(actor(who), life), key=lambda action: action.value)
        if not actions:
            return
        action = actions[dice % len(actions)]
        to = TARGETS.get(action)
        if action is Action.MERGE:
            to = next(other for other in self.numbers if other != number)
        act = Command(actor(who), action, self._key(), "有原因", "说明", (), to, 600, 2)
        await self._quietly(store.act(number, act, now=self.now))

    async def _claims(self, store, number, who):
        act = Command(actor(who), Action.CLAIM, self._key())
        try:
            await store.act(number, act, now=self.now)
        except ConflictError as err:
            return err.owner
        except TransitionRefusedError:  # of a tier below
            return None
        return who

    async def _quietly(self, act):
        try:
            await act
        except REFUSALS:
            return

    def _life(self, number):
        return self.loop.run_until_complete(self.stores[0].get(number)).life

    def _run(self, *acts):
        async def together():
            return await asyncio.gather(*acts)

        return self.loop.run_until_complete(together())

    def _key(self):
        self.n_acts += 1
        return f"{self.mark}:{self.n_acts}"
