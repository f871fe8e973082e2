"""Whatever residents and staff do in whatever order, over every database."""

import asyncio
import random
from datetime import timedelta

import pytest

from adapters.sql.ticket_rates import Scope, SqlTicketRates
from community.errors import ConflictError, NotFoundError, TransitionRefusedError
from community.tickets import (
    Action,
    Command,
    TicketState,
    history,
    running,
)
from community.tickets.lifecycle import possible
from community.tickets.rates import Dimension
from tests.ticket_world import MONDAY, STAFF, actor, draft, hours


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
