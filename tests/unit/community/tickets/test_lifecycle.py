"""The table, the parties and the similarity of places."""

from dataclasses import replace
from datetime import timedelta

import pytest

from community.errors import ConflictError, TransitionRefusedError
from community.tickets import (
    FINAL,
    REPORTER,
    SYSTEM,
    Action,
    Actor,
    ActorKind,
    Command,
    TicketState,
    running,
)
from community.tickets.decisions import decide
from community.tickets.lifecycle import TRANSITIONS, Party, parties, possible
from community.tickets.similarity import likeness
from tests.ticket_world import MONDAY, actor, draft, office

OFFICE = office()


def life(**changed):
    return running.filed(draft(**changed), OFFICE, MONDAY)


def does(state, who, action, **more):
    by = actor(who) if isinstance(who, str) else who
    decision = decide(state, Command(by, action, "k", **more), OFFICE, MONDAY)
    return state if decision is None else decision.life


def test_no_ending_but_by_the_resident_or_a_recorded_time_out():
    ways = {
        (action, target)
        for action, rule in TRANSITIONS.items()
        for target in rule.targets & FINAL
    }
    assert ways == {
        (Action.CONFIRM, TicketState.CONFIRMED),
        (Action.TIME_OUT, TicketState.CLOSED),
        (Action.WITHDRAW, TicketState.WITHDRAWN),
        (Action.MERGE, TicketState.MERGED),
    }
    assert TRANSITIONS[Action.CONFIRM].by == {Party.RESIDENT}
    assert TRANSITIONS[Action.TIME_OUT].by == {Party.SYSTEM}


def test_who_is_what_to_a_ticket():
    mine = life()
    assert parties(actor("worker1"), mine) == {Party.STAFF, Party.OWNER}
    assert parties(actor("head"), mine) == {Party.STAFF, Party.LEAD}
    assert parties(REPORTER, mine) == {Party.RESIDENT, Party.REPORTER}
    assert parties(SYSTEM, mine) == {Party.SYSTEM}
    street = life(item="matter/illegal_building")
    assert Party.LEAD not in parties(actor("head"), street)


def test_a_co_reporter_s_yes_ends_it_only_without_a_reporter():
    done = replace(life(), state=TicketState.RESOLVED)
    other = Actor(ActorKind.RESIDENT, "resident-2")
    with pytest.raises(TransitionRefusedError):
        does(done, other, Action.CONFIRM)
    left = does(done, REPORTER, Action.LEAVE)
    assert does(left, other, Action.CONFIRM).state is TicketState.CONFIRMED


@pytest.mark.parametrize(
    "danger",
    [
        Command(actor("head"), Action.RECLASSIFY, "k", to="matter/gas_safety"),
        Command(SYSTEM, Action.ABSORB, "k", to="1125-0002", urgency="critical"),
    ],
)
def test_danger_that_becomes_known_late_is_danger(danger):
    now = MONDAY + timedelta(hours=3)
    decision = decide(life(), danger, OFFICE, now)
    assert decision is not None
    after, soon = decision.life, now + timedelta(minutes=30)
    assert (after.urgency, after.respond_by) == ("critical", soon)
    assert after.clock is not None
    assert after.clock.due_at == soon
    assert after.chain_at == now + timedelta(minutes=5)


def test_danger_never_falls_and_gives_nobody_more_time():
    gas = life(item="matter/gas_safety", urgency="critical")
    other = does(gas, "county1", Action.RECLASSIFY, to="matter/noise")
    assert (other.urgency, other.respond_by) == (gas.urgency, gas.respond_by)
    taken = does(life(), "worker1", Action.CLAIM)
    worse = does(taken, "worker1", Action.RECLASSIFY, to="matter/elder_welfare_check")
    assert (worse.urgency, worse.chain_at) == ("urgent", None)


def test_a_desk_s_ticket_belongs_to_whoever_leads_there():
    at_desk = life(grid=None)
    assert at_desk.owner.startswith("desk:")
    assert Party.OWNER in parties(actor("county1"), at_desk)
    assert Party.OWNER not in parties(actor("worker1"), at_desk)


def test_a_worker_does_not_claim_what_is_the_street_s():
    with pytest.raises(TransitionRefusedError):
        does(life(item="matter/illegal_building"), "worker1", Action.CLAIM)


def test_a_claimed_ticket_tells_whose_it_is():
    taken = does(life(), "worker2", Action.CLAIM)
    with pytest.raises(ConflictError) as caught:
        does(taken, "worker1", Action.CLAIM)
    assert caught.value.owner == "worker2"


@pytest.mark.parametrize(
    ("who", "to"), [("head", "nobody"), ("head", "street1"), ("worker1", "worker2")]
)
def test_only_leads_assign_and_never_upwards(who, to):
    with pytest.raises(TransitionRefusedError):
        does(life(), who, Action.ASSIGN, to=to)


def test_nobody_off_duty_is_assigned():
    night = office(always=False)
    filed = running.filed(draft(), night, MONDAY.replace(hour=15))
    command = Command(actor("head"), Action.ASSIGN, "k", to="worker1")
    with pytest.raises(TransitionRefusedError):
        decide(filed, command, night, MONDAY.replace(hour=15))


def test_the_county_escalates_to_nobody():
    at_county = life(item="matter/water_supply")
    assert at_county.tier.value == "county"
    with pytest.raises(TransitionRefusedError):
        does(at_county, "county1", Action.ESCALATE, reason="太难")


def test_the_first_measure_comes_before_the_solution():
    gas = life(item="matter/gas_safety", urgency="critical")
    by = gas.owner
    taken = does(does(gas, by, Action.CLAIM), by, Action.CONTACT)
    assert taken.clock.kind.value == "interim"
    measured = does(taken, by, Action.INTERIM, text="疏散了，等抢修")
    assert measured.clock.kind.value == "resolve"


def test_a_note_to_the_resident_counts_as_contact_a_private_one_does_not():
    taken = does(life(), "worker1", Action.CLAIM)
    private = does(taken, "worker1", Action.NOTE, text="去看看")
    assert private.responded_at is None
    told = does(taken, "worker1", Action.NOTE, text="下午就来", to="resident")
    assert told.responded_at == MONDAY


def test_the_buttons_are_what_the_table_allows():
    assert Action.CLAIM in possible(actor("worker1"), life())
    assert Action.RESOLVE not in possible(actor("worker1"), life())
    assert possible(REPORTER, life()) >= {Action.WITHDRAW, Action.URGE, Action.REMARK}


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("柳树小区3号楼", "柳树小区三号楼二单元", True),
        ("柳树小区3号楼", "柳树小区13号楼", False),
        ("东关街小学门口", "东关街小学大门口", True),
        ("东关街小学门口", "西山路菜市场", False),
        ("", "柳树小区", False),
    ],
)
def test_places_are_alike_or_not(one, other, same):
    assert (likeness(one, other) >= 0.34) is same
    assert likeness(one, other) == likeness(other, one)
