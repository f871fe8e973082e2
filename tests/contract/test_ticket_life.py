"""The closed loop over every database."""

import asyncio
from datetime import timedelta

import pytest

from adapters.sql.ticket_acts import always
from community.errors import ConflictError, NotFoundError, TransitionRefusedError
from community.tickets import (
    SYSTEM,
    Action,
    Command,
    Rating,
    TicketQuery,
    TicketState,
    TicketStatus,
    history,
)
from community.tiers import Tier
from tests.contract.ticket_acts import OTHER, WHO, command, solved
from tests.ticket_world import MONDAY, draft, hours, office


async def test_from_report_to_a_result_that_the_resident_confirms(tickets):
    ticket = await solved(tickets)
    assert ticket.state is TicketState.RESOLVED
    done = await tickets.answer(
        ticket.number, WHO, satisfied=True, key="a", now=MONDAY + hours(4)
    )
    assert done.state is TicketState.CONFIRMED
    assert done.status is TicketStatus.CLOSED
    events = await tickets.events(ticket.number)
    assert [event.action.value for event in events] == [
        "file",
        "claim",
        "contact",
        "resolve",
        "confirm",
    ]
    assert events[3].text == "清走了，地也扫了"
    assert events[3].photos == ("after",)
    assert history.rebuild(events) == done.life
    assert await tickets.verify(ticket.number) == []


async def test_dissatisfied_reopens_one_tier_up_with_the_remark(tickets):
    ticket = await solved(tickets)
    again = await tickets.answer(
        ticket.number,
        WHO,
        satisfied=False,
        remark="只清了一半",
        key="a",
        now=MONDAY + hours(4),
    )
    assert again.life.tier is Tier.STREET
    assert again.owner == "street1"
    assert again.state is TicketState.ASSIGNED
    said = await tickets.messages(ticket.number)
    assert [(m.is_resident, m.text) for m in said][-1] == (True, "只清了一半")


async def test_a_rating_is_taken_of_a_solved_ticket_and_never_polishes(tickets, engine):
    ticket = await solved(tickets)
    with pytest.raises(TransitionRefusedError):
        await tickets.rate(ticket.number, WHO, Rating.GOOD, key="r0", now=MONDAY)
    await tickets.answer(
        ticket.number, WHO, satisfied=True, key="a", now=MONDAY + hours(4)
    )
    rate = {"key": "r", "now": MONDAY + hours(5)}
    with pytest.raises(NotFoundError):
        await tickets.rate(ticket.number, OTHER, Rating.POOR, **rate)
    rated = await tickets.rate(ticket.number, WHO, Rating.POOR, **rate)
    assert (rated.state, rated.life.satisfied) == (TicketState.CONFIRMED, False)
    again = await tickets.rate(
        ticket.number, WHO, Rating.GOOD, key="r2", now=MONDAY + hours(6)
    )
    assert again.life.satisfied is False
    assert not await tickets.verify(ticket.number)


async def test_a_place_told_later_moves_what_nobody_has_taken_on(tickets):
    opened = await tickets.open(draft(grid=None), now=MONDAY)
    move = Command(SYSTEM, Action.RELOCATE, "move", to="willow-2")
    moved = await tickets.act(opened.number, move, now=MONDAY + hours(0.1))
    assert moved.life.grid == "willow-2"


async def test_silence_is_reminded_and_then_closed_with_a_record(tickets):
    ticket = await solved(tickets)
    for hour in range(0, 200, 12):
        await tickets.tick(MONDAY + hours(3 + hour))
    closed = await tickets.get(ticket.number)
    assert closed.state is TicketState.CLOSED
    actions = [event.action for event in await tickets.events(ticket.number)]
    assert actions.count(Action.REMIND) == 2
    assert actions[-1] is Action.TIME_OUT
    late = closed.life.ended_at + timedelta(days=3)
    again = await tickets.answer(
        ticket.number, WHO, satisfied=False, key="late", now=late
    )
    assert again.status is TicketStatus.OPEN


async def test_nobody_reacts_so_it_goes_to_backup_head_street_and_county(tickets):
    opened = await tickets.open(draft(), now=MONDAY)
    for minutes in range(0, 80 * 60, 20):
        await tickets.tick(MONDAY + timedelta(minutes=minutes))
    ticket = await tickets.get(opened.number)
    assert ticket.life.tier is Tier.COUNTY
    told = [
        event.facts["told"]
        for event in await tickets.events(opened.number)
        if event.action is Action.ALERT
    ]
    assert told[:4] == ["worker2", "head", "robot:willow", "desk:willow"]
    assert "street2" in told
    assert ticket.life.clock.warned.value == "overdue"
    n_events = ticket.life.n_events
    await tickets.tick(MONDAY + hours(500))
    later = [e.action for e in await tickets.events(opened.number)][n_events:]
    assert later == [Action.PROGRESS], (
        "the chain is over, the resident hears how it stands"
    )
    assert await tickets.verify(opened.number) == []


async def test_several_dispatchers_perform_a_step_once(repository):
    first, second = repository(), repository()
    opened = await first.open(draft(), now=MONDAY)
    for minutes in range(0, 60 * 60, 60):
        now = MONDAY + timedelta(minutes=minutes)
        await asyncio.gather(*(t.tick(now) for t in (first, second, first, second)))
    actions = [e.action for e in await first.events(opened.number)]
    assert actions.count(Action.ESCALATE) == 2
    assert await first.verify(opened.number) == []


async def test_of_two_who_claim_one_wins_and_the_other_is_told_who(repository):
    first, second = repository(), repository()
    opened = await first.open(draft(), now=MONDAY)

    async def claim(tickets, who):
        try:
            await tickets.act(opened.number, command(who, Action.CLAIM), now=MONDAY)
        except ConflictError as err:
            return err.owner
        return who

    winners = await asyncio.gather(
        *(
            claim(t, w)
            for t, w in zip(
                [first, second] * 2,
                ["worker1", "worker2", "head", "clerk"],
                strict=True,
            )
        )
    )
    owner = (await first.get(opened.number)).owner
    assert set(winners) == {owner}


async def test_a_second_tap_of_the_winner_changes_nothing(tickets):
    opened = await tickets.open(draft(), now=MONDAY)
    await tickets.act(opened.number, command("worker1", Action.CLAIM), now=MONDAY)
    await tickets.act(
        opened.number, command("worker1", Action.CLAIM, key="again"), now=MONDAY
    )
    assert len(await tickets.events(opened.number)) == 2


async def test_the_same_act_twice_at_once_counts_once(repository):
    first, second = repository(), repository()
    opened = await first.open(draft(), now=MONDAY)
    note = command("worker1", Action.NOTE, text="去看过了", key="tap-1")
    await asyncio.gather(
        *(t.act(opened.number, note, now=MONDAY) for t in (first, second, first))
    )
    assert len(await first.events(opened.number)) == 2


async def test_a_pause_needs_another_person_and_gives_its_time_back(tickets):
    opened = await tickets.open(draft(item="matter/illegal_building"), now=MONDAY)
    number, promised = opened.number, opened.life.expected_at
    assert opened.owner == "street1"
    for act in (Action.CLAIM, Action.CONTACT, Action.INTERIM):
        try:
            await tickets.act(number, command("street1", act), now=MONDAY + hours(1))
        except TransitionRefusedError:
            assert act is Action.INTERIM
    wish = command("street1", Action.PAUSE, reason="等拆除公告期满", minutes=3 * 1440)
    await tickets.act(number, wish, now=MONDAY + hours(2))
    with pytest.raises(TransitionRefusedError):
        await tickets.act(
            number, command("street1", Action.APPROVE), now=MONDAY + hours(2)
        )
    paused = await tickets.act(
        number, command("street2", Action.APPROVE), now=MONDAY + hours(3)
    )
    assert paused.state is TicketState.PAUSED
    await tickets.tick(MONDAY + hours(2 + 71))
    assert (await tickets.get(number)).state is TicketState.PAUSED
    await tickets.tick(MONDAY + hours(2 + 72))
    resumed = await tickets.get(number)
    assert resumed.state is TicketState.IN_PROGRESS
    work = office().work
    left = work.elapsed(MONDAY + hours(3), promised)
    assert work.elapsed(MONDAY + hours(74), resumed.life.expected_at) == left
    assert resumed.life.clock.due_at == resumed.life.expected_at


async def test_returned_twice_the_upper_tier_assigns_and_it_stays(tickets):
    opened = await tickets.open(draft(), now=MONDAY)
    number = opened.number
    first = await tickets.act(
        number, command("worker1", Action.RETURN, reason="不在我网格"), now=MONDAY
    )
    assert first.owner == "worker2"
    second = await tickets.act(
        number, command("worker2", Action.RETURN, reason="也不在我网格"), now=MONDAY
    )
    assert (second.life.tier, second.owner) == (Tier.STREET, "street1")
    third = await tickets.act(
        number,
        command("street1", Action.ASSIGN, to="worker1", reason="兜底"),
        now=MONDAY,
    )
    assert third.owner == "worker1"
    with pytest.raises(TransitionRefusedError):
        await tickets.act(
            number,
            command("worker1", Action.RETURN, reason="还是不归我", key="r3"),
            now=MONDAY,
        )


async def test_extensions_are_for_long_matters_and_limited(tickets):
    opened = await tickets.open(draft(item="matter/illegal_building"), now=MONDAY)
    for act in (Action.CLAIM, Action.CONTACT):
        await tickets.act(opened.number, command("street1", act), now=MONDAY)

    async def extend(days, key):
        return await tickets.act(
            opened.number,
            command("street1", Action.EXTEND, reason="要会审", days=days, key=key),
            now=MONDAY + hours(1),
        )

    longer = await extend(6, "e1")
    work = office().work
    assert longer.life.expected_at == work.add(opened.life.expected_at, work.days(6))
    with pytest.raises(TransitionRefusedError):
        await extend(5, "e2")


async def test_a_long_matter_s_resident_hears_how_it_stands(tickets, engine):
    opened = await tickets.open(draft(item="matter/illegal_building"), now=MONDAY)
    for act in (Action.CLAIM, Action.CONTACT):
        await tickets.act(opened.number, command("street1", act), now=MONDAY)
    at = office().work.add(MONDAY, office().work.days(4))
    await tickets.tick(at - timedelta(minutes=1))
    assert Action.PROGRESS not in [
        e.action for e in await tickets.events(opened.number)
    ]
    await tickets.tick(at)
    assert Action.PROGRESS in [e.action for e in await tickets.events(opened.number)]


async def test_a_second_matter_gets_its_own_ticket(tickets):
    opened = await tickets.open(draft(), now=MONDAY)
    split = command(
        "worker1", Action.SPLIT, text="还有楼道灯不亮", to="matter/street_lighting"
    )
    await tickets.act(opened.number, split, now=MONDAY)
    await tickets.act(opened.number, split, now=MONDAY)
    mine = await tickets.of_conversation(WHO, limit=5)
    assert len(mine) == 2
    second = next(t for t in mine if t.number != opened.number)
    assert second.life.split_from == opened.number
    assert second.life.item == "matter/street_lighting"
    assert (await tickets.events(opened.number))[-1].facts["to"] == second.number


async def test_exclusion_needs_two_people_and_a_reason(tickets, engine):
    ticket = await solved(tickets)
    with pytest.raises(TransitionRefusedError):
        await tickets.act(ticket.number, command("head", Action.EXCLUDE), now=MONDAY)
    await tickets.act(
        ticket.number, command("head", Action.EXCLUDE, reason="重复恶意"), now=MONDAY
    )
    with pytest.raises(TransitionRefusedError):
        await tickets.act(ticket.number, command("head", Action.APPROVE), now=MONDAY)
    await tickets.act(ticket.number, command("county1", Action.APPROVE), now=MONDAY)
    assert (await tickets.get(ticket.number)).life.is_excluded


async def test_a_corrected_item_is_a_label_for_learning_without_personal_numbers(
    tickets,
):
    opened = await tickets.open(draft(), now=MONDAY)
    right = command("worker1", Action.RECLASSIFY, to="matter/decoration_waste")
    changed = await tickets.act(opened.number, right, now=MONDAY + hours(1))
    assert changed.life.item == "matter/decoration_waste"
    assert changed.draft.item == "matter/garbage_cleaning"
    (label,) = await tickets.relabels(after=0, limit=10)
    assert (label.before, label.after, label.by) == (
        "matter/garbage_cleaning",
        "matter/decoration_waste",
        "worker1",
    )
    assert "楼下垃圾三天没人收" in label.text
    assert "138" not in label.text
    assert await tickets.relabels(after=label.id, limit=10) == []


async def test_remarks_belong_to_one_s_own_tickets(tickets):
    opened = await tickets.open(draft(), now=MONDAY)
    with pytest.raises(NotFoundError):
        await tickets.remark(opened.number, OTHER, text="x", key="r", now=MONDAY)
    await tickets.remark(
        opened.number, WHO, text="又多了一堆", photos=("p1",), key="r", now=MONDAY
    )
    said = await tickets.messages(opened.number)
    assert [(m.text, m.photos) for m in said] == [("又多了一堆", ("p1",))]


async def test_what_lies_at_the_desk_at_night_goes_to_the_worker_in_the_morning(
    repository,
):
    tickets = repository(office=always(office(always=False)))
    night = MONDAY + hours(12)
    opened = await tickets.open(draft(), now=night)
    assert opened.state is TicketState.FILED
    assert opened.owner == "desk:willow"
    for quarter in range(0, 12 * 4):
        await tickets.tick(night + timedelta(minutes=15 * quarter))
    assert (await tickets.get(opened.number)).owner == "worker1"


async def test_pages_follow_each_other_without_gap_or_repeat(tickets):
    opened = [
        await tickets.open(draft(f"m{n}#0"), now=MONDAY + timedelta(minutes=n % 3))
        for n in range(25)
    ]
    for query in (
        TicketQuery(is_open=True, limit=7),
        TicketQuery(newest_first=True, limit=7),
        TicketQuery(grids=frozenset({"willow-1"}), is_open=True, limit=7),
    ):
        seen, after = [], ""
        while True:
            page = await tickets.list(TicketQuery(**{**vars_of(query), "after": after}))
            seen += [ticket.number for ticket in page.tickets]
            after = page.next
            if not after:
                break
        assert sorted(seen) == sorted(ticket.number for ticket in opened)


def vars_of(query):
    return {name: getattr(query, name) for name in TicketQuery.__slots__}


async def test_a_list_keeps_to_what_it_was_asked_for(tickets):
    mine = await tickets.open(draft("m1#0"), now=MONDAY)
    other = await tickets.open(draft("m2#0", grid="willow-2"), now=MONDAY)
    await tickets.act(other.number, command("worker2", Action.CLAIM), now=MONDAY)

    async def numbers(**query):
        return {t.number for t in (await tickets.list(TicketQuery(**query))).tickets}

    assert await numbers(grids=frozenset({"willow-1"})) == {mine.number}
    assert await numbers(grids=frozenset()) == set()
    assert await numbers(owner="worker2") == {other.number}
    assert await numbers(states=frozenset({TicketState.IN_PROGRESS})) == {other.number}
    assert await numbers(units=frozenset({"willow"})) == {mine.number, other.number}
    assert await numbers(is_open=False) == set()
    assert await numbers(number=mine.number[:6]) >= {mine.number}
    assert await numbers(item="matter/noise") == set()
