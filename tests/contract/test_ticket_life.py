"""The closed loop over every database."""

import asyncio
import random
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from adapters.sql.tables import outbox
from adapters.sql.ticket_acts import always
from adapters.sql.ticket_rates import Scope, SqlTicketRates
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
    running,
)
from community.tickets.lifecycle import possible
from community.tickets.rates import Dimension
from community.tiers import Tier
from tests.ticket_world import MONDAY, STAFF, actor, draft, hours, office

OTHER = "wechat:oFictitiousOpenId02"
WHO = draft().conversation


def command(who: str, action: Action, **more: object) -> Command:
    key = str(more.pop("key", f"{who}:{action.value}"))
    return Command(actor(who), action, key, **more)  # type: ignore[arg-type]


async def solved(tickets, key="m1#0", *, who=WHO):
    opened = await tickets.open(draft(key, who=who), now=MONDAY)
    number = opened.number
    for act, after in (("claim", 0.1), ("contact", 0.2)):
        await tickets.act(
            number, command("worker1", Action(act)), now=MONDAY + hours(after)
        )
    return await tickets.act(
        number,
        command("worker1", Action.RESOLVE, text="清走了，地也扫了", photos=("after",)),
        now=MONDAY + hours(3),
    )


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


async def test_co_reporters_are_offered_join_and_are_told_the_result(tickets, engine):
    opened = await tickets.open(draft(), now=MONDAY)
    item, place = draft().item, "柳树小区三号楼"
    near = await tickets.similar(item, grid="willow-1", place=place, now=MONDAY)
    assert [ticket.number for ticket in near] == [opened.number]
    elsewhere = await tickets.similar(
        item, grid="willow-1", place="柳树小区9号楼", now=MONDAY
    )
    assert elsewhere == []
    own = await tickets.similar(
        item, grid="willow-1", place=place, now=MONDAY, exclude=WHO
    )
    assert own == []
    joined = await tickets.join(opened.number, OTHER, key="j", now=MONDAY)
    again = await tickets.join(opened.number, OTHER, key="j2", now=MONDAY)
    assert joined.followers == again.followers == (OTHER,)
    mine = await tickets.of_conversation(OTHER, limit=5)
    assert [ticket.number for ticket in mine] == [opened.number]
    for act in (Action.CLAIM, Action.CONTACT):
        await tickets.act(opened.number, command("worker1", act), now=MONDAY)
    await tickets.act(
        opened.number, command("worker1", Action.RESOLVE, text="清了"), now=MONDAY
    )
    assert await told(engine, "result") == {WHO, OTHER}
    said = await tickets.answer(
        opened.number, OTHER, satisfied=True, key="a", now=MONDAY
    )
    assert said.state is TicketState.RESOLVED
    assert "同报的居民说解决了" in [
        m.text for m in await tickets.messages(opened.number)
    ]
    closed = await tickets.answer(
        opened.number, WHO, satisfied=True, key="b", now=MONDAY
    )
    assert closed.state is TicketState.CONFIRMED
    assert await told(engine, "closed") == {OTHER}


async def test_a_co_reporter_s_yes_leaves_the_complainant_s_no(tickets, engine):
    number = await resolved_with_a_co_reporter(tickets)
    await tickets.answer(number, OTHER, satisfied=True, key="a", now=MONDAY)
    opened = await tickets.answer(number, WHO, satisfied=False, key="b", now=MONDAY)
    assert (opened.life.n_reopened, opened.life.satisfied) == (1, False)
    rates, scope = SqlTicketRates(engine), Scope(MONDAY - hours(1), MONDAY + hours(1))
    figures = await rates.from_state(scope, now=MONDAY)
    assert figures == await rates.from_events(scope, now=MONDAY)
    assert (figures[""].n_answered, figures[""].n_satisfied) == (1, 0)


async def test_without_a_reporter_a_co_reporter_closes(tickets):
    number = await resolved_with_a_co_reporter(tickets)
    await tickets.withdraw(number, WHO, now=MONDAY)
    closed = await tickets.answer(number, OTHER, satisfied=True, key="a", now=MONDAY)
    assert closed.state is TicketState.CONFIRMED


async def resolved_with_a_co_reporter(tickets):
    number = (await tickets.open(draft(), now=MONDAY)).number
    await tickets.join(number, OTHER, key="j", now=MONDAY)
    for act in (Action.CLAIM, Action.CONTACT, Action.RESOLVE):
        await tickets.act(number, command("worker1", act, text="清了"), now=MONDAY)
    return number


async def told(engine, what):
    async with engine.connect() as connection:
        rows = (
            await connection.execute(sa.select(outbox.c.recipient, outbox.c.payload))
        ).all()
    return {row.recipient for row in rows if f'"what": "{what}"' in row.payload}


async def test_merged_tickets_tell_everybody_the_result(tickets, engine):
    first = await tickets.open(draft("m1#0"), now=MONDAY)
    second = await tickets.open(draft("m2#0", who=OTHER), now=MONDAY)
    merging = command("worker1", Action.MERGE, to=first.number)
    with pytest.raises(TransitionRefusedError):
        await tickets.act(second.number, merging, now=MONDAY)
    merging = replace(merging, reason="同一堆垃圾")
    merged = await tickets.act(second.number, merging, now=MONDAY)
    assert merged.state is TicketState.MERGED
    target = await tickets.get(first.number)
    assert target.followers == (OTHER,)
    for act in (Action.CLAIM, Action.CONTACT):
        await tickets.act(first.number, command("worker1", act), now=MONDAY)
    await tickets.act(
        first.number, command("worker1", Action.RESOLVE, text="清了"), now=MONDAY
    )
    assert await told(engine, "result") == {WHO, OTHER}
    for number in (first.number, second.number):
        assert await tickets.verify(number) == []


async def test_a_merged_danger_stays_a_danger(tickets):
    item = "matter/gas_safety"
    normal = await tickets.open(draft("m1#0", item=item), now=MONDAY)
    gas = draft("m2#0", who=OTHER, item=item, urgency="critical")
    gas = await tickets.open(gas, now=MONDAY)
    merging = command("county1", Action.MERGE, to=normal.number, reason="同一处")
    await tickets.act(gas.number, merging, now=MONDAY)
    target = await tickets.get(normal.number)
    assert target.life.urgency == "critical"
    assert target.life.respond_by == MONDAY + hours(0.5)
    assert await tickets.verify(normal.number) == []


async def test_a_ticket_does_not_go_into_itself_or_into_nothing(tickets):
    opened = await tickets.open(draft(), now=MONDAY)
    for to, error in (
        (opened.number, TransitionRefusedError),
        ("0000-0000", NotFoundError),
    ):
        act = command("worker1", Action.MERGE, to=to, reason="同一件事")
        with pytest.raises(error):
            await tickets.act(opened.number, act, now=MONDAY)
    assert len(await tickets.events(opened.number)) == 1


async def test_crosswise_merges_leave_one_ticket_open(repository):
    first, second = repository(), repository()
    one = await first.open(draft("m1#0"), now=MONDAY)
    two = await first.open(draft("m2#0", who=OTHER), now=MONDAY)

    async def merge(tickets, source, target):
        key = f"{source}>{target}"
        act = command("head", Action.MERGE, to=target, key=key, reason="同一件事")
        try:
            await tickets.act(source, act, now=MONDAY)
        except TransitionRefusedError:
            return False
        return True

    done = await asyncio.gather(
        merge(first, one.number, two.number), merge(second, two.number, one.number)
    )
    assert sorted(done) == [False, True]


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


async def test_a_withdrawal_goes_on_for_those_who_follow(tickets):
    opened = await tickets.open(draft(), now=MONDAY)
    await tickets.join(opened.number, OTHER, key="j", now=MONDAY)
    left = await tickets.withdraw(opened.number, WHO, now=MONDAY)
    assert left.status is TicketStatus.OPEN
    assert await tickets.of_conversation(WHO, limit=5) == []
    ended = await tickets.withdraw(opened.number, OTHER, now=MONDAY)
    assert ended.status is TicketStatus.OPEN  # a co-reporter only leaves


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


@pytest.mark.parametrize("seed", range(3))
async def test_random_histories_keep_state_chain_and_rates(repository, engine, seed):
    """Several actors at once; afterwards everything must still agree."""
    dice = random.Random(seed)
    stores = [repository() for _ in range(3)]
    opened = [
        await stores[0].open(
            draft(
                f"m{n}#0",
                who=f"wechat:o{n}",
                item=dice.choice(
                    ["matter/garbage_cleaning", "matter/illegal_building"]
                ),
                grid=dice.choice(["willow-1", "willow-2"]),
            ),
            now=MONDAY,
        )
        for n in range(6)
    ]
    now = MONDAY
    for turn in range(40):
        now += timedelta(minutes=dice.choice([1, 30, 600, 1440]))
        await asyncio.gather(
            *(
                somebody_acts(store, dice, opened, now, f"{turn}-{nth}")
                for nth, store in enumerate(stores)
            ),
            stores[0].tick(now),
        )
    for ticket in opened:
        number = ticket.number
        assert await stores[0].verify(number) == []
        life = (await stores[0].get(number)).life
        assert history.rebuild(await stores[0].events(number)) == life
        assert running.has_one_owner(life)
        assert running.has_one_clock(life)
    rates = SqlTicketRates(engine)
    scope = Scope(MONDAY - hours(1), MONDAY + hours(1))
    for by in (None, *Dimension):
        from_state = await rates.from_state(scope, now=now, by=by)
        assert from_state == await rates.from_events(scope, now=now, by=by)


async def somebody_acts(store, dice, opened, now, key):
    ticket = await store.get(dice.choice(opened).number)
    if dice.random() < 0.2:
        await resident_acts(store, dice, ticket, now, key)
        return
    owner = ticket.owner
    who = (
        owner
        if dice.random() < 0.7 and not owner.startswith("desk:")
        else dice.choice(STAFF).id
    )
    actions = sorted(possible(actor(who), ticket.life), key=lambda a: a.value)
    if not actions:
        return
    action = dice.choice(actions)
    to = {
        Action.ASSIGN: "worker2",
        Action.NOTE: "resident",
        Action.MERGE: dice.choice(opened).number,
        Action.RECLASSIFY: dice.choice(["matter/noise", "matter/gas_safety"]),
        Action.RELOCATE: "willow-2",
    }.get(action)
    act = Command(actor(who), action, key, "有原因", "说明", (), to, 600, 2)
    try:
        await store.act(ticket.number, act, now=now)
    except (TransitionRefusedError, ConflictError):
        return


async def resident_acts(store, dice, ticket, now, key):
    who = ticket.draft.conversation
    try:
        if ticket.state is TicketState.RESOLVED:
            satisfied = dice.random() < 0.5
            await store.answer(
                ticket.number, who, satisfied=satisfied, key=key, now=now
            )
        elif dice.random() < 0.3:
            await store.forget(f"wechat:o{dice.randrange(6)}", now=now)
        else:
            await store.join(
                ticket.number, f"wechat:p{dice.randrange(3)}", key=key, now=now
            )
    except (TransitionRefusedError, NotFoundError):
        return
