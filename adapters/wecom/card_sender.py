"""Changes cards that lie with staff, by the codes that WeCom gave with them."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

import structlog

from adapters.card_codes import SentCard
from adapters.wechat.errors import (
    PermanentError,
    TemporaryError,
    UnreachableError,
    WeChatError,
)
from adapters.wecom.senders import failed
from community.card_changes import CLAIM_KEY, CardChange
from community.errors import CommunityError, RecordError, StoreUnavailableError
from community.outbox import DeliveryState, Outgoing, SendResult, StaffNotice

logger = structlog.get_logger()
MAX_TRIES = 8
"""About four minutes. What an unknown answer means is not known either, and later
changes of the same ticket wait meanwhile."""


class Client(Protocol):
    """The call that is needed; see `adapters.wecom.client.WeComClient`."""

    async def update_card(
        self, response_code: str, replace_name: str, *, userids: Sequence[str] = ()
    ) -> None:
        """Greys a card's buttons out."""


class Codes(Protocol):
    """See `adapters.card_codes.CardCodes`."""

    async def remember(
        self, ticket: str, card: SentCard, *, now: datetime
    ) -> CardChange | None:
        """Keeps a card's code."""

    async def change(self, change: CardChange, *, now: datetime) -> list[SentCard]:
        """Notes a change and returns the cards that it concerns."""

    async def used(self, ticket: str, task: str) -> None:
        """Forgets a code."""


class WeComCardSender:
    """Implements `community.outbox.Sender` for `Channel.WECOM_CARD`.

    A code that is used up or too old is none of our mistakes: the card stays as it is,
    and whoever taps it is told who has the ticket.
    """

    def __init__(
        self, client: Client, codes: Codes, now: Callable[[], datetime]
    ) -> None:
        """Binds the client, the kept codes and the clock."""
        self._client = client
        self._codes = codes
        self._now = now

    async def send(self, message: Outgoing, *, attempt: int) -> SendResult:
        """See the port."""
        try:
            change = CardChange.of(message.payload)
            cards = await self._codes.change(change, now=self._now())
            for card in cards:
                await self._change(change, card, is_last=attempt >= MAX_TRIES)
        except RecordError as err:
            return SendResult(DeliveryState.PERMANENT_FAILURE, error=str(err))
        except StoreUnavailableError as err:
            return SendResult(DeliveryState.TEMPORARY_FAILURE, error=str(err))
        except WeChatError as err:
            return failed(message, err)
        return SendResult(DeliveryState.DELIVERED, via=f"{len(cards)} cards")

    async def keep(self, notice: StaffNotice, code: str) -> None:
        """Keeps the code of a card that has just been sent; never raises.

        A card that was overtaken by a change, because it waited, is changed at once.
        """
        card = card_of(notice, code)
        if card is None:
            return
        ticket = str(notice.extra["ticket"])
        try:
            change = await self._codes.remember(ticket, card, now=self._now())
            if change is not None:
                await self._change(change, card)
        except CommunityError as err:
            logger.info("wecom.card_stays", error=str(err))

    async def _change(
        self, change: CardChange, card: SentCard, *, is_last: bool = True
    ) -> None:
        try:
            await self._client.update_card(card.code, change.button)
        except (PermanentError, UnreachableError, TemporaryError) as err:
            if isinstance(err, TemporaryError) and not is_last:
                raise
            logger.info("wecom.card_stays", code=err.code, rid=err.rid)
        await self._codes.used(change.ticket, card.task)


def card_of(notice: StaffNotice, code: str) -> SentCard | None:
    """Returns what has to be kept of a card; `None` where it has no buttons."""
    seq = notice.extra.get("seq")
    if not (code and notice.actions and notice.extra.get("ticket")):
        return None
    if not isinstance(seq, int):
        return None
    is_task = any(key.startswith(CLAIM_KEY) for key, _ in notice.actions)
    return SentCard(notice.task, code, seq, is_task)
