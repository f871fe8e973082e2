"""What may happen in a conversation: words, taps, photos, places, and what staff do."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from actions.wiring import ports
from adapters.sql.tables import outbox
from adapters.sql.tickets import SqlTicketRepository
from community.errors import CommunityError
from community.messages import Kind
from community.outbox import Channel
from community.places import Gazetteer
from community.replies import Choice, Choices, Reply
from community.residents import ResidentRepository
from community.tickets import TO_RESIDENT, Action, Actor, Command
from community.tiers import Tier

WORKER = Actor.staff("worker-trial", Tier.COUNTY)
"""May do everything with a ticket, wherever it is."""


def offered(reply: Reply | None) -> list[Choice]:
    """Returns the choices of a reply."""
    parts = reply.parts if reply is not None else ()
    return [c for part in parts if isinstance(part, Choices) for c in part.items]


def _blob(name: Any) -> str:
    return hashlib.blake2s(str(name).encode(), digest_size=20).hexdigest()


class Stage:
    """Plays the turns of one conversation file."""

    def __init__(
        self,
        talk: Callable[..., Awaitable[Reply]],
        tickets: SqlTicketRepository,
        residents: ResidentRepository,
        gazetteer: Gazetteer,
        wait: Callable[..., None],
        engine: AsyncEngine,
    ) -> None:
        """Uses what one conversation has for itself.

        Args:
            talk: Says something to the worker and returns its reply.
            tickets: Files and moves tickets.
            residents: Blocks residents.
            gazetteer: The places that can be scanned.
            wait: Lets hours pass.
            engine: The database of the tickets, for the news that wait in it.
        """
        self.talk = talk
        self.tickets = tickets
        self.residents = residents
        self.gazetteer = gazetteer
        self.wait = wait
        self.engine = engine
        self.choices: dict[str, list[Choice]] = {}
        self.numbers: dict[str, str] = {}
        self._told: set[str] = set()
        self._n_acts = 0

    async def play(self, turn: dict[str, Any]) -> Reply | None:
        """Lets one turn happen and returns the last thing that was said to `who`."""
        who = f"web:{turn.get('who', 'grandma')}"
        self.wait(hours=turn.get("after_hours", 0))
        for name, happen in self._ways().items():
            if name in turn:
                reply = await happen(turn[name], who)
                break
        else:
            raise CommunityError(f"nothing happens in {turn}")
        if reply is not None:
            self.choices[who] = offered(reply)
        return reply

    def _ways(self) -> dict[str, Callable[[Any, str], Awaitable[Reply | None]]]:
        return {
            "say": self._say,
            "tap": self._tap,
            "photo": self._photo,
            "recording": self._recording,
            "location": self._location,
            "scan": self._scan,
            "staff": self._staff,
            "event": self._event,
            "blocked_days": self._block,
            "time_passes": self._time_passes,
        }

    async def _say(self, text: str, who: str) -> Reply:
        return await self.talk(await self._with_numbers(text, who), who=who)

    async def _with_numbers(self, text: str, who: str) -> str:
        """Puts the number of the newest, or an older, ticket in place of {1}, {2}."""
        if "{" not in text:
            return text
        filed = await self.tickets.of_conversation(who, limit=9)
        for nth, ticket in enumerate(filed, start=1):
            text = text.replace(f"{{{nth}}}", ticket.number)
        return text

    async def _tap(self, nth: int, who: str) -> Reply:
        choice = self.choices[who][nth - 1]
        return await self.talk(choice.title, choice=choice.payload, who=who)

    async def _photo(self, name: str, who: str) -> Reply:
        return await self.talk("", who=who, kind=Kind.IMAGE, photo=_blob(name))

    async def _recording(self, name: str, who: str) -> Reply:
        return await self.talk("", who=who, kind=Kind.VOICE, recording=_blob(name))

    async def _location(self, label: str, who: str) -> Reply:
        point = {"latitude": 35.17, "longitude": 118.83}
        return await self.talk(label, who=who, kind=Kind.LOCATION, **point)

    async def _scan(self, nth: int, who: str) -> Reply:
        grid = list(self.gazetteer.book.grids)[nth - 1]
        return await self.talk("scan", who=who, kind=Kind.EVENT, facts={"grid": grid})

    async def _event(self, facts: dict[str, Any], who: str) -> Reply:
        told = dict(facts)
        name = told.pop("name")
        filed = await self.tickets.of_conversation(who, limit=1)
        told.setdefault("number", filed[0].number if filed else "")
        told.setdefault("photos", [])
        return await self.talk(name, who=who, kind=Kind.EVENT, facts=told)

    async def _block(self, days: int, who: str) -> None:
        now = ports().now()
        await self.residents.block(who, now + timedelta(days=days), "head-trial", now)

    async def _staff(self, acts: list[Any], who: str) -> Reply | None:
        """Acts on the newest ticket, or the one given as `of`, and tells residents."""
        nth = 1
        for act in acts:
            name, text = next(iter(act.items())) if isinstance(act, dict) else (act, "")
            if name == "of":
                nth = int(text)
                continue
            self._n_acts += 1
            number = (await self.tickets.of_conversation(who, limit=9))[nth - 1].number
            command = Command(
                WORKER,
                Action(name),
                f"act-{self._n_acts}",
                reason=text,
                text=text,
                to=TO_RESIDENT if name == "note" else None,
            )
            await self.tickets.act(number, command, now=ports().now())
        return await self._tell(who)

    async def _time_passes(self, _: Any, who: str) -> Reply | None:
        await self.tickets.tick(ports().now())
        return await self._tell(who)

    async def _tell(self, who: str) -> Reply | None:
        """Delivers the news that wait in the outbox, as the dispatcher does."""
        query = sa.select(outbox).where(outbox.c.channel == Channel.DIALOGUE.value)
        async with self.engine.connect() as connection:
            rows = (await connection.execute(query.order_by(outbox.c.id))).all()
        last: Reply | None = None
        for row in rows:
            if row.key in self._told:
                continue
            self._told.add(row.key)
            payload = (
                row.payload
                if isinstance(row.payload, dict)
                else json.loads(row.payload)
            )
            reply = await self.talk(
                payload["event"],
                who=row.recipient,
                kind=Kind.EVENT,
                facts=payload["extra"],
            )
            self.choices[row.recipient] = offered(reply)
            if row.recipient == who:
                last = reply
        return last
