"""Acts upon tickets that several contracts begin with."""

import sqlalchemy as sa

from adapters.sql.tables import outbox
from community.tickets import (
    Action,
    Command,
)
from tests.ticket_world import MONDAY, actor, draft, hours

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


async def told(engine, what):
    async with engine.connect() as connection:
        rows = (
            await connection.execute(sa.select(outbox.c.recipient, outbox.c.payload))
        ).all()
    return {row.recipient for row in rows if f'"what": "{what}"' in row.payload}
