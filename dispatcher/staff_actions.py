"""Performs what staff tap on their cards, and says on the card what came of it."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import structlog

from adapters.wechat.errors import WeChatError
from community.errors import (
    ConflictError,
    NotFoundError,
    RecordError,
    TransitionRefusedError,
)
from community.messages import log_id
from community.staff import Role, Roster, Staff
from community.tickets import Action, Actor, Command
from dispatcher.streams import Entry

logger = structlog.get_logger()
VERSION = "1"
CARD = "card"
WROTE = "wrote"
"""Not on a card: words written to the app."""
LEADS = frozenset({Role.STATION_HEAD, Role.DESK_CLERK})
ON_CARDS = frozenset({Action.CLAIM, Action.ACKNOWLEDGE})
"""Everything else needs the page."""
CONTACT = "contact"
"""No act yet: the page has what is needed to reach the resident."""


class Tickets(Protocol):
    """Where the acts are performed."""

    async def act(self, number: str, command: Command, *, now: datetime) -> Any:
        """Performs an act of staff."""


class Cards(Protocol):
    """How staff are answered; see `adapters.wecom.client.WeComClient`."""

    async def update_card(
        self, response_code: str, replace_name: str, *, userids: Sequence[str] = ()
    ) -> None:
        """Greys a card's buttons out."""

    async def send_text(self, userids: Sequence[str], text: str) -> Any:
        """Sends a text."""


@dataclass(frozen=True, slots=True)
class Tap:
    """One entry of the stream `staff_actions`: a tapped button, or words."""

    id: str
    userid: str
    action: str
    number: str
    response_code: str

    @classmethod
    def from_entry(cls, entry: Entry) -> "Tap":
        """Reads an entry.

        Raises:
            RecordError: It is not a version 1 staff action.
        """
        try:
            fields = entry.fields
            if fields["v"] != VERSION:
                raise RecordError(f"staff action: version {fields['v']!r} is unknown")
            is_card = fields["kind"] == CARD
            return cls(
                id=fields["id"],
                userid=fields["userid"],
                action=fields["action"] if is_card else WROTE,
                number=fields["number"] if is_card else "",
                response_code=fields.get("response_code", ""),
            )
        except KeyError as err:
            raise RecordError(f"staff action has no {err}") from err


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the card says afterwards."""

    button: str
    """At most ten characters."""
    is_for_all: bool = False
    """Everybody's card changes, not only that of the one who tapped."""
    text: str = ""
    """Said in a message besides; empty for nothing."""


class StaffActions:
    """Handles batches of the stream `staff_actions`."""

    def __init__(
        self,
        tickets: Tickets,
        roster: Callable[[datetime], Awaitable[Roster]],
        cards: Cards,
        *,
        now: Callable[[], datetime],
        desk_url: str,
    ) -> None:
        """Binds tickets, roster and cards; links lead to the desk's pages."""
        self._tickets = tickets
        self._roster = roster
        self._cards = cards
        self._now = now
        self._desk_url = desk_url.rstrip("/")

    async def handle(self, entries: Sequence[Entry]) -> None:
        """Performs taps in their order; a repeat changes nothing.

        Raises:
            StoreUnavailableError: The database is down; the taps stay.
            RecordError: An entry is malformed.
        """
        for entry in entries:
            tap = Tap.from_entry(entry)
            outcome = await self._perform(tap)
            await self._answer(tap, outcome)

    async def _perform(self, tap: Tap) -> Outcome:
        roster = await self._roster(self._now())
        member = next(
            (s for s in roster.staff.values() if s.wecom_userid == tap.userid), None
        )
        action = next((a for a in ON_CARDS if a.value == tap.action), None)
        if member is not None and tap.action == WROTE:
            page = f'<a href="{self._desk_url}/w/tickets">我的工单</a>'
            return Outcome("", text=f"这里的话没有人看。办理、回复居民请打开{page}。")
        if member is not None and tap.action == CONTACT:
            page = f'<a href="{self._desk_url}/w/tickets/{tap.number}">打开工单</a>'
            return Outcome(
                "打开工单联系", text=f"联系居民请{page}，电话和对话都在里面。"
            )
        if member is None or action is None:
            logger.warning(
                "staff_action.refused", action=tap.action, person=log_id(tap.userid)
            )
            return Outcome("不能操作", text="您不在值班名单里，这张卡片点了不起作用。")
        command = Command(actor=actor_of(member), action=action, key=tap.id)
        try:
            await self._tickets.act(tap.number, command, now=self._now())
        except ConflictError as err:
            owner = _name(roster, err.owner)
            return Outcome(
                f"{owner}已接单"[:10],
                text=f"工单 {tap.number} 已经由{owner}接了，您不用再管。",
            )
        except NotFoundError:
            return Outcome("没有这张工单")
        except TransitionRefusedError:
            return Outcome(
                "现在不能这样办",
                text=f"工单 {tap.number} 现在不能这样办，请打开工单看看。",
            )
        if action is Action.CLAIM:
            return Outcome(f"{member.name}已接单"[:10], is_for_all=True)
        return Outcome("已知悉")

    async def _answer(self, tap: Tap, outcome: Outcome) -> None:
        """Says what came of it; the act counts whether or not this arrives."""
        userids = () if outcome.is_for_all else (tap.userid,)
        try:
            if tap.response_code:
                await self._cards.update_card(
                    tap.response_code, outcome.button, userids=userids
                )
            if outcome.text:
                await self._cards.send_text([tap.userid], outcome.text)
        except WeChatError as err:
            logger.info("staff_action.card_not_updated", code=err.code, rid=err.rid)


def actor_of(member: Staff) -> Actor:
    """Returns a member of staff as tickets know them."""
    return Actor.staff(member.id, member.tier, leads=bool(member.roles & LEADS))


def _name(roster: Roster, owner: str) -> str:
    member = roster.staff.get(owner)
    return member.name if member is not None else "值班台"
