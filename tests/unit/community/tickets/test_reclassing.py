"""改事项: tier, owner and clocks as the catalogue has them for the right item."""

from dataclasses import replace
from datetime import timedelta

import pytest

from community.notifications import notify
from community.tickets import (
    Action,
    Command,
    Ticket,
    TicketEvent,
    TicketState,
    history,
    running,
)
from community.tickets.decisions import decide
from community.tickets.model import ClockKind
from community.tiers import Tier
from tests.ticket_world import MONDAY, actor, draft, office

OFFICE = office()
WORK = OFFICE.work
GARBAGE, NOISE, GREENERY = "matter/garbage_cleaning", "matter/noise", "matter/greenery"
LAMPS, BUILDING = "matter/street_lighting", "matter/illegal_building"
GAS = "matter/gas_safety"
LATER = MONDAY + timedelta(hours=2)


def filed(item=GARBAGE):
    return running.filed(draft(item=item), OFFICE, MONDAY)


def does(life, who, action, now=MONDAY, **more):
    decision = decide(life, Command(actor(who), action, "k", **more), OFFICE, now)
    assert decision is not None
    return decision.life


def taken_on(item=GARBAGE, who="worker1"):
    return does(does(filed(item), who, Action.CLAIM), who, Action.CONTACT)


def days(n, start=MONDAY):
    return WORK.add(start, WORK.days(n))


@pytest.mark.parametrize("state", [filed(), taken_on()])
def test_a_matter_of_the_street_goes_to_the_street(state):
    moved = does(state, "worker1", Action.RECLASSIFY, LATER, to=LAMPS)
    limits = OFFICE.limits(LAMPS, "normal")
    assert (moved.tier, moved.unit, moved.owner) == (Tier.STREET, "east", "street1")
    assert moved.state is TicketState.ASSIGNED
    assert moved.clock.kind is ClockKind.RESPOND
    assert moved.clock.due_at == LATER + timedelta(hours=limits.respond.n)
    assert moved.expected_at == max(days(limits.resolve.n), days(2, LATER))
    assert moved.chain_at is not None
    assert running.has_one_clock(moved)


def test_a_matter_of_the_county_goes_past_the_street():
    moved = does(filed(), "worker1", Action.RECLASSIFY, LATER, to=GAS)
    assert (moved.tier, moved.owner) == (Tier.COUNTY, "county1")
    assert moved.urgency == "critical"


def test_a_matter_of_the_grid_comes_down_to_its_worker():
    moved = does(
        taken_on(BUILDING, "street1"), "street1", Action.RECLASSIFY, LATER, to=GARBAGE
    )
    assert (moved.tier, moved.unit, moved.owner) == (Tier.GRID, "willow", "worker1")
    assert moved.state is TicketState.ASSIGNED


def test_what_was_escalated_does_not_come_down_by_it():
    up = does(taken_on(BUILDING, "street1"), "street1", Action.ESCALATE, reason="难")
    again = does(up, "county1", Action.RECLASSIFY, LATER, to=GARBAGE)
    assert again.tier is Tier.COUNTY


def test_what_the_street_gave_to_a_worker_stays_with_them():
    given = does(filed(BUILDING), "street1", Action.ASSIGN, to="worker1", reason="近")
    claimed = does(given, "worker1", Action.CLAIM)
    again = does(claimed, "worker1", Action.RECLASSIFY, LATER, to=LAMPS)
    assert (again.tier, again.owner) == (Tier.GRID, "worker1")
    assert again.state is TicketState.IN_PROGRESS


def test_within_a_tier_the_owner_stays_and_the_limits_are_the_item_s():
    again = does(taken_on(), "worker1", Action.RECLASSIFY, LATER, to=GREENERY)
    assert (again.owner, again.state) == ("worker1", TicketState.IN_PROGRESS)
    assert again.clock.kind is ClockKind.RESOLVE
    assert again.clock.due_at == again.expected_at == days(7)


def test_a_contact_that_the_item_wants_sooner_is_due_sooner():
    again = does(
        filed(), "worker1", Action.RECLASSIFY, LATER, to="matter/elder_welfare_check"
    )
    assert again.clock.due_at == again.respond_by == LATER + timedelta(hours=2)
    back = does(again, "worker1", Action.RECLASSIFY, LATER, to=NOISE)
    assert back.clock.due_at == again.clock.due_at, "and never put off"


def test_a_first_measure_is_asked_for_where_the_item_wants_one():
    item = "matter/elder_welfare_check"
    limits = OFFICE.limits(item, "urgent")
    assert limits.interim is not None
    again = does(taken_on(), "worker1", Action.RECLASSIFY, LATER, to=item)
    assert again.clock.kind is ClockKind.INTERIM
    assert again.clock.due_at == LATER + timedelta(hours=limits.interim.n)


def test_a_pause_ends_where_the_ticket_goes_elsewhere_and_else_goes_on():
    wished = does(
        taken_on(), "worker1", Action.PAUSE, reason="等雨停", minutes=3 * 1440
    )
    paused = does(wished, "head", Action.APPROVE)
    here = does(paused, "worker1", Action.RECLASSIFY, LATER, to=GREENERY)
    assert here.state is TicketState.PAUSED
    assert here.clock == paused.clock
    assert here.paused.due_at == days(7)
    away = does(paused, "worker1", Action.RECLASSIFY, LATER, to=LAMPS)
    assert (away.state, away.paused) == (TicketState.ASSIGNED, None)
    for life in (here, away):
        assert running.has_one_clock(life)
        assert running.has_one_owner(life)


def test_the_new_owner_gets_a_card_and_the_resident_a_word():
    before = taken_on()
    after = does(before, "worker1", Action.RECLASSIFY, LATER, to=LAMPS)
    event = TicketEvent(
        after.n_events,
        Action.RECLASSIFY,
        "worker1",
        LATER,
        history.changes(before, after),
        {},
    )
    ticket = Ticket("1123-0001", draft(), after, MONDAY)
    told = {m.recipient: m.payload for m in notify(ticket, event, OFFICE)}
    assert told["street1"]["title"] == "改了事项，归您办的工单"
    assert told["street1"]["actions"]
    assert "该由街道办" in told[draft().conversation]["extra"]["text"]
    assert told["1123-0001"]["button"] == "已转给STREET1"
    same = replace(event, changes={"item": GREENERY})
    told = {m.recipient for m in notify(ticket, same, OFFICE)}
    assert draft().conversation not in told
