"""A plausible past for demonstrations: tickets in all states, lived through in order.

Everything is made up. Nobody is told of it: residents and staff of the past do not
exist, and messages about it would only be noise.
"""

import heapq
import itertools
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.settings import Settings
from adapters.sql.tables import ticket
from adapters.sql.tickets import SqlTicketRepository
from adapters.ticket_store import offices
from community.calendar import CHINA, local_day
from community.staff import Role
from community.tickets.commands import Action, Actor, Command
from community.tickets.model import (
    ClockKind,
    Origin,
    TicketDraft,
    TicketKind,
    TicketLife,
    TicketState,
)
from community.tickets.office import Office

DAYS = 21
A_DAY, LATELY_A_DAY, LATELY = 2, 5, 3
"""Tickets a day, and on the last days, whose tickets are still open."""
SEED = 20_26
TICK_EVERY = timedelta(hours=4)
MOST_ARE_SATISFIED, SOME_ANSWER = 0.85, 0.93
"""Of all residents, by a number between 0 and 1."""
SOME_ARE_SLOW = 0.25
NEXT = {
    ClockKind.RESPOND: Action.CONTACT,
    ClockKind.INTERIM: Action.INTERIM,
    ClockKind.RESOLVE: Action.RESOLVE,
}
"""What the owner of a ticket has to do, by its running clock."""
Act = Callable[[datetime], Awaitable[None]]
SAID = (
    ("matter/garbage_cleaning", "垃圾桶满了没人收", "清走了，桶也刷了。"),
    ("matter/street_lighting", "路灯不亮，晚上看不见路", "换了灯，晚上亮了。"),
    ("matter/corridor_clutter", "楼道堆着旧家具，过不去人", "清出来了，跟住户说好了。"),
    ("matter/road_manhole", "井盖响，车一过咣当一声", "井盖垫平了。"),
    ("matter/parking_disorder", "消防通道上停着车", "车挪走了，画了禁停线。"),
    ("matter/noise", "半夜还在装修", "找住户谈了，晚上八点后不干。"),
    ("matter/drainage_flooding", "下水道堵了，往外冒水", "疏通了，看过不冒了。"),
    ("matter/dog_nuisance", "有狗不拴绳", "找到狗主人，说好拴绳。"),
    ("matter/ebike_charging", "有人拉线给电动车充电", "线收了，带去了充电棚。"),
    ("matter/greenery", "树枝断了挂在半空", "树枝锯下来拉走了。"),
    ("matter/neighbor_dispute", "楼上漏水，两家吵起来了", "两家当面说开了，楼上修。"),
    (
        "matter/public_facility",
        "健身器材坏了，孩子容易夹手",
        "坏的拆了，新的报了计划。",
    ),
)
"""Item, what a resident says, what the worker reports."""
COMMUNITIES = ("fengzheng", "denglong", "jimu", "lingdang", "bugu")


@dataclass(order=True)
class _Step:
    """One thing that happens at an instant."""

    at: datetime
    nth: int
    act: Act = field(compare=False)


async def live_through(
    settings: Settings, engine: AsyncEngine, *, until: datetime
) -> int:
    """Fills an empty database with three weeks; returns how many tickets there are.

    Args:
        settings: Key and content folder.
        engine: The database.
        until: Now; nothing happens later.
    """
    async with engine.connect() as connection:
        found = await connection.scalar(sa.select(sa.func.count()).select_from(ticket))
    if found:
        return int(found)
    office = offices(settings, engine)
    now = await office(until)
    if not set(COMMUNITIES) <= set(now.roster.units):
        return 0  # a county's own places
    tickets = SqlTicketRepository(
        engine,
        field_key=settings.field_key,
        office=office,
        notify=lambda *_: [],
    )
    return await _Past(tickets, now, until).live()


class _Past:
    """The steps of all tickets, taken in order with the clocks running between."""

    def __init__(
        self, tickets: SqlTicketRepository, office: Office, until: datetime
    ) -> None:
        self._tickets = tickets
        self._office = office
        self._until = until
        self._chance = random.Random(SEED)  # noqa: S311 - a story, no secret
        self._steps: list[_Step] = []
        self._count = itertools.count()

    async def live(self) -> int:
        n_tickets = self._plan()
        ticked = self._until - timedelta(days=DAYS)
        while self._steps:
            step = heapq.heappop(self._steps)
            while ticked + TICK_EVERY <= min(step.at, self._until):
                ticked += TICK_EVERY
                await self._tickets.tick(ticked)
            if step.at >= self._until:
                break
            await step.act(step.at)
        return n_tickets

    def _plan(self) -> int:
        today = local_day(self._until)
        days = [today - timedelta(days=n) for n in range(DAYS, -1, -1)]
        n_filed = 0
        workdays = [day for day in days if self._office.work.is_workday(day)]
        for day in workdays:
            for _ in range(LATELY_A_DAY if day in workdays[-LATELY:] else A_DAY):
                hour = time(8 + self._chance.randrange(9), self._chance.randrange(60))
                at = datetime.combine(day, hour, CHINA).astimezone(self._until.tzinfo)
                if at < self._until:
                    self._at(at, self._filing(n_filed))
                    n_filed += 1
        return n_filed

    def _at(self, at: datetime, act: Act) -> None:
        heapq.heappush(self._steps, _Step(at, next(self._count), act))

    def _filing(self, nth: int) -> Act:
        item, said, result = self._chance.choice(SAID)
        community = COMMUNITIES[nth % len(COMMUNITIES)]
        grids = [
            g for g, p in self._office.roster.grids.items() if p.community == community
        ]
        draft = TicketDraft(
            idempotency_key=f"demo:{nth}#0",
            kind=TicketKind.REPORT,
            conversation=f"web:demo-{nth}",
            item=item,
            description=said,
            place=f"{self._chance.randrange(1, 20)}号楼",
            grid=self._chance.choice(sorted(grids)[:4]),
            origin=self._chance.choice((Origin.CHAT, Origin.CHAT, Origin.PHONE)),
        )
        is_slow = self._chance.random() < SOME_ARE_SLOW

        async def file(now: datetime) -> None:
            found = await self._tickets.open(draft, now=now)
            self._later(
                found.life,
                now,
                self._handling(draft, found.number, result),
                is_slow=is_slow,
            )

        return file

    def _later(
        self, life: TicketLife, now: datetime, act: Act, *, is_slow: bool = False
    ) -> None:
        """Plans an act well before the running clock is over, or too late."""
        if life.clock is not None:
            share = 1.2 if is_slow else self._chance.uniform(0.05, 0.8)
            self._at(now + share * (life.clock.due_at - now), act)

    def _handling(self, draft: TicketDraft, number: str, result: str) -> Act:
        async def handle(now: datetime) -> None:
            life = (await self._tickets.get(number)).life
            person = self._office.roster.staff.get(life.owner)
            if person is None or life.clock is None:  # at a desk: nobody has looked
                return
            action = NEXT.get(life.clock.kind, Action.NOTE)
            if life.state is TicketState.ASSIGNED:
                action = Action.CLAIM
            leads = bool(person.roles & {Role.STATION_HEAD, Role.DESK_CLERK})
            actor = Actor.staff(person.id, person.tier, leads=leads)
            text = result if action is Action.RESOLVE else ""
            command = Command(actor, action, f"demo:{action.value}", text=text)
            life = (await self._tickets.act(number, command, now=now)).life
            is_done = life.state is TicketState.RESOLVED
            following = self._answer if is_done else self._handling
            self._later(life, now, following(draft, number, result))

        return handle

    def _answer(self, draft: TicketDraft, number: str, result: str) -> Act:
        mood = self._chance.random()

        async def answer(now: datetime) -> None:
            if mood < SOME_ANSWER:
                is_satisfied = mood < MOST_ARE_SATISFIED
                await self._tickets.answer(
                    number,
                    draft.conversation,
                    satisfied=is_satisfied,
                    remark="" if is_satisfied else f"{draft.description}，还是老样子",
                    key="demo:answer",
                    now=now,
                )

        return answer
