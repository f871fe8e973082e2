"""Delivers notices to staff in WeCom: cards to members, texts to group robots."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Protocol

from adapters.wechat.errors import (
    ConfigurationAlarm,
    OutcomeUnknownError,
    PermanentError,
    TemporaryError,
    TokenRefusedError,
    UnreachableError,
    WeChatError,
)
from adapters.wecom.client import CardSent
from community.errors import RecordError, StoreUnavailableError
from community.outbox import (
    NOT_CONFIGURED,
    DeliveryState,
    Outgoing,
    SendResult,
    StaffNotice,
    is_sent_again,
)

ANY_ROBOT = "*"
"""Robot that speaks where the named one is not configured."""
REFUSED_CARD = 40058
"""A card is wrong, or one with its task was sent before."""

FindUserid = Callable[[str], Awaitable[str]]
"""Returns the WeCom userid of a member of staff, empty where there is none."""
KeepCode = Callable[[StaffNotice, str], Awaitable[None]]
"""Keeps a sent card's response code; see `adapters.wecom.card_sender`."""


class Client(Protocol):
    """The calls that are needed; see `adapters.wecom.client.WeComClient`."""

    async def send_card(
        self, userids: Sequence[str], notice: StaffNotice, *, desk_url: str = ""
    ) -> CardSent:
        """Sends a notice."""

    async def robot_text(self, key: str, text: str) -> None:
        """Says something in a robot's group."""


class NotConfiguredSender:
    """Ends every message: this installation does not have the channel."""

    async def send(self, message: Outgoing, *, attempt: int) -> SendResult:
        """See the port."""
        return SendResult(DeliveryState.PERMANENT_FAILURE, error=NOT_CONFIGURED)


class WeComAppSender:
    """Implements `community.outbox.Sender` for `Channel.WECOM_APP`.

    WeCom drops a repeat of the same notice by itself, so trying again does no harm.
    """

    def __init__(
        self,
        client: Client,
        find_userid: FindUserid,
        keep_code: KeepCode | None = None,
    ) -> None:
        """Binds the client and the roster.

        Args:
            client: Of the app.
            find_userid: Finds accounts.
            keep_code: Takes the code by which a card can be changed later.
        """
        self._client = client
        self._find_userid = find_userid
        self._keep_code = keep_code

    async def send(self, message: Outgoing, *, attempt: int) -> SendResult:
        """See the port."""
        try:
            notice = notice_of(message.payload)
            userid = await self._find_userid(message.recipient)
            if not userid:
                return SendResult(
                    DeliveryState.PERMANENT_FAILURE, error="no WeCom account"
                )
            sent = await self._client.send_card([userid], notice)
        except RecordError as err:
            return SendResult(DeliveryState.PERMANENT_FAILURE, error=str(err))
        except StoreUnavailableError as err:
            return SendResult(DeliveryState.TEMPORARY_FAILURE, error=str(err))
        except WeChatError as err:
            if attempt > 1 and err.code == REFUSED_CARD:
                # Its task is known: the try before had arrived, only not its answer.
                return SendResult(
                    DeliveryState.DELIVERED, via="card", external_id=err.rid
                )
            return failed(message, err)
        if self._keep_code is not None:
            await self._keep_code(notice, sent.response_code)
        return SendResult(
            DeliveryState.DELIVERED, via="card", external_id=sent.message_id
        )


class WeComRobotSender:
    """Implements `community.outbox.Sender` for `Channel.WECOM_ROBOT`."""

    def __init__(self, client: Client, robots: Mapping[str, str]) -> None:
        """Binds the client and the robots' keys by name."""
        self._client = client
        self._robots = robots

    async def send(self, message: Outgoing, *, attempt: int) -> SendResult:
        """See the port."""
        key = self._robots.get(message.recipient) or self._robots.get(ANY_ROBOT)
        if not key:
            return SendResult(DeliveryState.PERMANENT_FAILURE, error=NOT_CONFIGURED)
        text = str(message.payload.get("text", ""))
        if not text:
            return SendResult(DeliveryState.PERMANENT_FAILURE, error="no text")
        try:
            await self._client.robot_text(key, text)
        except StoreUnavailableError as err:
            return SendResult(DeliveryState.TEMPORARY_FAILURE, error=str(err))
        except ConfigurationAlarm as err:
            # One robot's key is wrong; the others can go on.
            return SendResult(DeliveryState.PERMANENT_FAILURE, error=str(err))
        except WeChatError as err:
            return failed(message, err)
        return SendResult(DeliveryState.DELIVERED, via="robot")


def notice_of(payload: Mapping[str, Any]) -> StaffNotice:
    """Reads a notice from its document.

    Raises:
        RecordError: A field is missing, unknown or of another shape.
    """
    try:
        fields = dict(payload)
        for name in ("fields", "actions"):
            pairs = [(str(key), str(value)) for key, value in fields.get(name) or ()]
            fields[name] = tuple(pairs)
        return StaffNotice(**fields)
    except (TypeError, ValueError) as err:
        raise RecordError(f"staff notice is malformed: {err!r}") from err


def failed(message: Outgoing, err: WeChatError) -> SendResult:
    """Returns what an error of WeCom means for a message."""
    state = DeliveryState.TEMPORARY_FAILURE
    if isinstance(err, (PermanentError, UnreachableError)):
        state = DeliveryState.PERMANENT_FAILURE
    elif isinstance(err, OutcomeUnknownError) and not is_sent_again(
        message.channel, message.kind
    ):
        state = DeliveryState.UNKNOWN
    return SendResult(
        state,
        external_id=err.rid,
        error=str(err),
        retry_after_s=err.retry_after_s if isinstance(err, TemporaryError) else None,
        pauses_channel=isinstance(err, (ConfigurationAlarm, TokenRefusedError)),
    )
