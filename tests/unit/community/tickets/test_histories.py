"""Random histories: one owner, one clock, nothing outside the table."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from community.errors import ConflictError, TransitionRefusedError
from community.tickets import (
    FINAL,
    SYSTEM,
    Action,
    Actor,
    ActorKind,
    Command,
    TicketEvent,
    TicketState,
    history,
    running,
)
from community.tickets.clocks import next_at, step_due
from community.tickets.decisions import decide
from community.tickets.lifecycle import TRANSITIONS, allows, possible
from community.tiers import Tier
from tests.ticket_world import MONDAY, STAFF, actor, draft, office

OFFICE = office()
DAY_OFFICE = office(always=False)
RESIDENTS = tuple(
    Actor(ActorKind.RESIDENT, name) for name in ("resident", "resident-2")
)
ACTORS = (*(actor(person.id) for person in STAFF), *RESIDENTS, SYSTEM)
TARGETS = st.sampled_from(
    [
        None,
        "resident",
        "worker2",
        "street2",
        "nobody",
        "matter/noise",
        "matter/illegal_building",
        "matter/gas_safety",
        "willow-2",
        "1125-0001",
    ]
)
ITEMS = (
    "matter/garbage_cleaning",
    "matter/illegal_building",
    "matter/gas_safety",
    None,
)
SENSIBLE = {
    Action.ASSIGN: "worker2",
    Action.NOTE: "resident",
    Action.MERGE: "1125-0001",
    Action.RECLASSIFY: "matter/illegal_building",
    Action.RELOCATE: "willow-2",
    Action.FORGET: "resident",
    Action.RATE: "poor",
}


class Histories(RuleBasedStateMachine):
    """A ticket to which anybody does anything at any time."""

    @initialize(
        item=st.sampled_from(ITEMS),
        urgency=st.sampled_from(["normal", "urgent", "critical"]),
        grid=st.sampled_from(["willow-1", None, "nowhere"]),
        night=st.booleans(),
        by_day=st.booleans(),
    )
    def file(self, item, urgency, grid, night, by_day):
        self.office = DAY_OFFICE if by_day else OFFICE
        self.now = MONDAY + timedelta(hours=14 if night else 0)
        filed = draft(item=item, urgency=urgency, grid=grid)
        self.life = running.filed(filed, self.office, self.now)
        self.events = [
            TicketEvent(
                1,
                Action.FILE,
                "resident",
                self.now,
                history.changes(None, self.life),
                {},
            )
        ]

    @rule(
        by=st.sampled_from(ACTORS),
        action=st.sampled_from(sorted(Action, key=lambda a: a.value)),
        reason=st.sampled_from(["", "不归我管"]),
        to=TARGETS,
        minutes=st.sampled_from([None, -5, 60, 3_000, 90_000]),
        days=st.sampled_from([None, 0, 3, 8, 40]),
        wait=st.integers(0, 3_000),
    )
    def somebody_acts(self, by, action, reason, to, minutes, days, wait):
        self.now += timedelta(minutes=wait)
        self.attempt(Command(by, action, "k", reason, reason, (), to, minutes, days))

    @rule(by=st.sampled_from(ACTORS), data=st.data(), wait=st.integers(0, 600))
    def somebody_does_what_is_possible(self, by, data, wait):
        self.now += timedelta(minutes=wait)
        actions = sorted(possible(by, self.life), key=lambda a: a.value)
        if not actions:
            return
        action = data.draw(st.sampled_from(actions))
        to = SENSIBLE.get(action)
        self.attempt(Command(by, action, "k", "有原因", "说明", (), to, 600, 2))

    @precondition(lambda self: self.life.state not in FINAL)
    @rule(data=st.data())
    def the_owner_does_something_sensible(self, data):
        """Random acts alone seldom get far."""
        owner = self.life.owner
        by = actor("county1") if owner.startswith("desk:") else actor(owner)
        action = data.draw(
            st.sampled_from(
                [
                    Action.CLAIM,
                    Action.CONTACT,
                    Action.INTERIM,
                    Action.RESOLVE,
                    Action.PAUSE,
                    Action.RETURN,
                    Action.ESCALATE,
                ]
            )
        )
        self.attempt(Command(by, action, "k", "要等天晴", "办好了", (), None, 600))

    @precondition(lambda self: self.life.request is not None)
    @rule()
    def a_second_person_approves(self):
        self.attempt(Command(actor("county1"), Action.APPROVE, "k"))

    @precondition(lambda self: self.life.state is TicketState.RESOLVED)
    @rule(satisfied=st.booleans())
    def the_resident_answers(self, satisfied):
        action = Action.CONFIRM if satisfied else Action.DISSATISFIED
        self.attempt(Command(RESIDENTS[0], action, "k"))

    @rule()
    def time_passes_to_the_next_step(self):
        at = next_at(self.life, self.office.policy)
        if at is None:
            return
        self.now = max(self.now, at)
        action = step_due(self.life, self.office.policy, self.now)
        assert action is not None
        before = self.life
        self.attempt(Command(SYSTEM, action, "k", reason="自动"))
        assert self.life != before, f"{action} changed nothing: it would come for ever"

    def attempt(self, command):
        before = self.life
        try:
            decision = decide(before, command, self.office, self.now)
        except (TransitionRefusedError, ConflictError):
            assert self.life == before
            return
        if decision is None:
            return
        after = decision.life
        assert allows(command.action, before.state, after.state)
        self.events.append(
            TicketEvent(
                after.n_events,
                command.action,
                command.actor.id,
                self.now,
                history.changes(before, after),
                decision.facts,
            )
        )
        self.life = after

    @invariant()
    def exactly_one_owner(self):
        assert running.has_one_owner(self.life), self.life

    @invariant()
    def exactly_one_running_clock(self):
        assert running.has_one_clock(self.life), self.life

    @invariant()
    def something_is_always_due_while_it_is_open(self):
        """Only an overdue ticket of the county waits for nobody but people."""
        clock = self.life.clock
        if clock is None or next_at(self.life, self.office.policy) is not None:
            return
        assert self.life.tier is Tier.COUNTY
        assert clock.warned.value == "overdue"

    @invariant()
    def events_rebuild_the_state(self):
        assert history.rebuild(self.events) == self.life

    @invariant()
    def returned_at_most_twice(self):
        assert self.life.n_returns <= self.office.policy.max_returns

    @invariant()
    def extended_within_the_limit(self):
        assert self.life.extended_days <= self.office.policy.max_extension_days


Histories.TestCase.settings = settings(
    max_examples=120,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
TestHistories = Histories.TestCase


def test_every_action_has_a_line_in_the_table_and_a_decision():
    from community.tickets.decisions import _HANDLERS

    assert set(TRANSITIONS) == set(Action) - {Action.FILE}
    assert set(_HANDLERS) == set(TRANSITIONS)


def test_a_life_survives_its_document():
    life = running.filed(draft(), OFFICE, MONDAY)
    assert history.from_doc(history.to_doc(life)) == life
    assert replace(life, n_urged=1) != life
