"""Delivers answers and news to residents in WeChat.

Within the window: customer-service messages, each paid from the quota ledger. Outside
it: a template or subscription message where one is configured for the kind, else the
outbox keeps the message until the person writes again.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import structlog

from adapters.wechat.bubbles import absolute, anchor, leaves_out
from adapters.wechat.errors import (
    ConfigurationAlarm,
    MediaGoneError,
    NotGrantedError,
    OutcomeUnknownError,
    OutOfWindowError,
    PermanentError,
    QuotaExceededError,
    TemporaryError,
    TokenRefusedError,
    UnreachableError,
    WeChatError,
)
from adapters.wechat.quota import Spent
from adapters.wechat.render import RenderOptions, custom_messages
from adapters.wechat.sender_ports import (
    AnswerPages,
    Client,
    Followers,
    Ledger,
    Line,
    Pictures,
    Progress,
)
from adapters.wechat.settings import MessageTemplate
from adapters.wechat.templates import WHAT
from community.calendar import CHINA
from community.errors import RecordError, StoreUnavailableError
from community.outbox import (
    URGENT,
    DeliveryState,
    Outgoing,
    SendResult,
    is_sent_again,
)
from community.replies import Image, Part, Reply, as_plain_text, part_from_doc

logger = structlog.get_logger()
DEDUPLICATED = timedelta(minutes=10)
"""How long WeChat knows a `client_msg_id`; a template sent later would be a second one."""
DAILY_QUOTA_USED_UP = 45009
NOT_TAKEN = frozenset((45002, 45008, 87014))
"""A text or card is too long, or WeChat thinks its words risky."""


@dataclass(frozen=True, slots=True)
class WeChatSender:
    """Implements `community.outbox.Sender` for `Channel.WECHAT`."""

    client: Client
    ledger: Ledger
    progress: Progress
    pictures: Pictures
    followers: Followers
    line: Line
    now: Callable[[], datetime]
    options: RenderOptions
    """As the gateway's, so that both cut a reply alike."""
    templates: Mapping[str, MessageTemplate]
    """By kind of outgoing message."""
    page_url: str = ""
    """Page that a template opens."""
    pages: AnswerPages | None = None
    """`None` where phones cannot reach us: then the rest is left out, and it is said."""

    async def send(self, message: Outgoing, *, attempt: int) -> SendResult:
        """See the port."""
        result = await self._try(message)
        # Also after a failure: where WeChat's API is down, passive answers go on.
        with suppress(StoreUnavailableError):
            await self.line.has_left(
                str((message.payload.get("reply") or {}).get("in_reply_to", "")),
                message.recipient,
                alone=message.kind in URGENT,
            )
        return result

    async def _try(self, message: Outgoing) -> SendResult:
        try:
            bodies = await self._bodies(message)
            return await self._send(message, bodies)
        except RecordError as err:
            return SendResult(DeliveryState.PERMANENT_FAILURE, error=str(err))
        except StoreUnavailableError as err:
            # Only before a message leaves; afterwards it is caught where it happens.
            return SendResult(DeliveryState.TEMPORARY_FAILURE, error=str(err))
        except WeChatError as err:  # of an upload
            return await self._failed(message, err)

    async def _bodies(self, message: Outgoing) -> list[dict[str, Any]]:
        parts, options = _parts(message), self.options
        is_rest = bool(message.payload.get("after_passive"))
        urls = _picture_urls(parts)
        if urls and not is_rest:
            options = replace(options, media=await self.pictures.media(urls))
        if self.pages is not None and leaves_out(parts, options):
            options = replace(options, more_url=await self._page(message, parts))
        return custom_messages(parts, options, skip=1 if is_rest else 0)

    async def _page(self, message: Outgoing, parts: Sequence[Part]) -> str:
        """Returns the address of the whole answer; empty without pages."""
        if self.pages is None:
            return ""
        answered = str(message.payload["reply"].get("in_reply_to", ""))
        path = await self.pages.keep(answered, parts, self.now())
        return absolute(path, self.options)

    async def _send(
        self, message: Outgoing, bodies: Sequence[Mapping[str, Any]]
    ) -> SendResult:
        for body in bodies[await self.progress.n_sent(message.key) :]:
            spent = await self.ledger.take(message.recipient, self.now())
            if spent is None:
                return await self._outside_window(message)
            result = await self._send_one(message, body, spent)
            if result is not None:
                return result
        if await self.progress.is_doubtful(message.key):
            error = "no answer to a part: it may not have arrived"
            return SendResult(DeliveryState.UNKNOWN, via="custom", error=error)
        return SendResult(DeliveryState.DELIVERED, via="custom")

    async def _send_one(
        self,
        message: Outgoing,
        body: Mapping[str, Any],
        spent: Spent,
        *,
        is_instead: bool = False,
    ) -> SendResult | None:
        """Sends one of the row's messages; `None` where the next one may follow."""
        try:
            await self.client.send_custom(_openid(message), body)
        except OutcomeUnknownError as err:
            if is_sent_again(message.channel, message.kind):
                return self._later(err)
            return await self._note(message, is_doubtful=True)
        except (OutOfWindowError, QuotaExceededError):
            # The platform counts otherwise than we do, and it is right.
            await self.ledger.forget(message.recipient)
            return await self._outside_window(message)
        except WeChatError as err:
            if err.code in NOT_TAKEN and not is_instead:
                short = await self._instead(message)
                return await self._send_one(message, short, spent, is_instead=True)
            await self.ledger.give_back(spent)
            return await self._failed(message, err)
        return await self._note(message)

    async def _instead(self, message: Outgoing) -> dict[str, Any]:
        """Returns what is said where WeChat does not take an answer's words."""
        url = await self._page(message, _parts(message))
        where = (
            f"全文在这里：{anchor(url, '看全部')}" if url else "请换个问法再问一次。"
        )
        content = f"有一段回答微信没让发出来。{where}"
        return {"msgtype": "text", "text": {"content": content}}

    async def _note(
        self, message: Outgoing, *, is_doubtful: bool = False
    ) -> SendResult | None:
        """Notes that a message has left; without the note it could go out twice."""
        try:
            await self.progress.passed(message.key, is_doubtful=is_doubtful)
        except StoreUnavailableError as err:
            again = is_sent_again(message.channel, message.kind)
            return SendResult(
                DeliveryState.TEMPORARY_FAILURE if again else DeliveryState.UNKNOWN,
                error=f"it has left, but that could not be noted: {err}",
            )
        return None

    async def _failed(self, message: Outgoing, err: WeChatError) -> SendResult:
        if isinstance(err, UnreachableError):
            await self.ledger.forget(message.recipient)
            await self.followers.unfollowed(message.recipient, self.now())
        if isinstance(err, MediaGoneError):
            await self.pictures.drop(_picture_urls(_parts(message)))
            return self._later(err)  # uploaded again by the next try
        if isinstance(err, (PermanentError, UnreachableError)):
            return SendResult(
                DeliveryState.PERMANENT_FAILURE, external_id=err.rid, error=str(err)
            )
        if isinstance(err, (ConfigurationAlarm, TokenRefusedError)):
            return SendResult(
                DeliveryState.TEMPORARY_FAILURE,
                external_id=err.rid,
                error=str(err),
                pauses_channel=True,
            )
        return self._later(err)

    async def _outside_window(self, message: Outgoing) -> SendResult:
        template = self.templates.get(message.kind.value)
        if template is None or await self.progress.n_sent(message.key):
            return _held("the person has to write first")
        doubted = await self.progress.doubted_at(message.key)
        again = is_sent_again(message.channel, message.kind)
        if doubted and not again and self.now() - doubted >= DEDUPLICATED:
            error = "no answer to a template: it may have arrived"
            return SendResult(DeliveryState.UNKNOWN, via=template.api, error=error)
        try:
            external_id = await self._send_template(message, template)
        except NotGrantedError as err:
            return _held(str(err))
        except OutcomeUnknownError as err:
            if again or (template.api == "template" and await self._doubt(message)):
                return self._later(err)
            return SendResult(DeliveryState.UNKNOWN, via=template.api, error=str(err))
        except PermanentError as err:
            logger.warning(
                "wechat.template.refused",
                kind=message.kind.value,
                code=err.code,
                rid=err.rid,
            )
            return _held(str(err))
        except WeChatError as err:
            return await self._failed(message, err)
        return SendResult(
            DeliveryState.DELIVERED, via=template.api, external_id=external_id
        )

    async def _doubt(self, message: Outgoing) -> bool:
        """Notes the doubt; only then may the template be repeated under its id."""
        try:
            await self.progress.doubted(message.key, self.now())
        except StoreUnavailableError:
            return False
        return True

    def _later(self, err: WeChatError) -> SendResult:
        wait_s = err.retry_after_s if isinstance(err, TemporaryError) else None
        if err.code == DAILY_QUOTA_USED_UP:
            wait_s = _until_midnight_s(self.now())
        return SendResult(
            DeliveryState.TEMPORARY_FAILURE,
            external_id=err.rid,
            error=str(err),
            retry_after_s=wait_s,
        )

    async def _send_template(self, message: Outgoing, template: MessageTemplate) -> str:
        openid, facts = _openid(message), _facts(message)
        if template.api == "subscribe":
            return await self.client.send_subscribe(
                openid, template, facts, page=self.page_url
            )
        return await self.client.send_template(
            openid,
            template,
            facts,
            url=self.page_url,
            client_msg_id=_client_msg_id(message.key),
        )


def _client_msg_id(key: str) -> str:
    """Returns the id of a row at WeChat, which takes 32 characters at most.

    A digest: the keys of a person's answers begin alike, with the openid.
    """
    return hashlib.blake2s(key.encode(), digest_size=16).hexdigest()


def _parts(message: Outgoing) -> tuple[Part, ...]:
    try:
        docs = message.payload["reply"]["parts"]
        return tuple(part_from_doc(doc) for doc in docs)
    except (KeyError, TypeError) as err:
        raise RecordError(f"outgoing reply is malformed: {err!r}") from err


def _picture_urls(parts: Sequence[Part]) -> list[str]:
    return [part.url for part in parts if isinstance(part, Image)]


def _facts(message: Outgoing) -> dict[str, str]:
    """Returns what the fields of a template may be filled from."""
    given = message.payload.get("facts") or {}
    reply = Reply(
        in_reply_to="",
        conversation=message.recipient,
        parts=_parts(message),
        created_at=datetime.fromisoformat(message.payload["reply"]["created_at"]),
    )
    return {
        "text": as_plain_text(reply.parts[:1]),
        "at": f"{reply.created_at.astimezone(CHINA):%Y-%m-%d %H:%M}",
        **{name: str(value) for name, value in given.items()},
        "what": WHAT.get(str(given.get("what", "")), ""),
    }


def _openid(message: Outgoing) -> str:
    return message.recipient.partition(":")[2]


def _held(error: str) -> SendResult:
    return SendResult(DeliveryState.TEMPORARY_FAILURE, error=error, is_held=True)


def _until_midnight_s(now: datetime) -> float:
    """WeChat's daily quotas are full again at midnight in China."""
    local = now.astimezone(CHINA)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    return (midnight + timedelta(days=1) - local).total_seconds()
