"""The Official Account's platform: its state, and what residents do in it."""

import asyncio
from collections import Counter
from collections.abc import Coroutine
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import aiohttp

from simulator import texts
from simulator.api import ApiCall
from simulator.clock import Clock
from simulator.courier import Attempt, Courier, official_envelope
from simulator.crypto import MessageCipher, signature
from simulator.faults import Faults
from simulator.judge import Secrets
from simulator.media import MediaStore, QrCodes
from simulator.oauth import CodeBook
from simulator.options import Options
from simulator.pushes import Push, PushBuilder
from simulator.quota import Trigger
from simulator.record import Bubble, Record, Side
from simulator.refusals import ApiRefusalError
from simulator.residents import ResidentState
from simulator.tokens import TokenBook

ERROR_TEXT = "该服务号暂时无法提供服务，请稍后再试"
BEIJING = timedelta(hours=8)
CLIENT_MSG_LIFE = timedelta(minutes=10)


@dataclass(slots=True)
class Exchange:
    """One push and what came of it at once; later messages are in the chat."""

    push: Push
    attempt: Attempt
    bubbles: list[Bubble] = field(default_factory=list)

    @property
    def is_error(self) -> bool:
        """Tells whether the resident saw the error bubble."""
        return self.attempt.reply is None

    @property
    def text(self) -> str:
        """The words of the passive reply, empty for `success`."""
        return "\n".join(bubble.text for bubble in self.bubbles)


class OfficialAccount:
    """One account: pushes to the webhook, answers its API."""

    name = "wechat"

    def __init__(
        self, options: Options, clock: Clock, record: Record, faults: Faults
    ) -> None:
        """Takes what both platforms share."""
        self.options = options
        self.clock = clock
        self.record = record
        self.faults = faults
        self.residents: dict[str, ResidentState] = {}
        self.tokens = TokenBook()
        self.media = MediaStore(clock, lambda: options.image_limit_bytes)
        self.codes = QrCodes(clock)
        self.sign_ins = CodeBook(clock)
        self.menu: list[dict[str, Any]] | None = None
        self.ticket: tuple[str, datetime] | None = None
        self.sent_once: dict[tuple[str, str], tuple[int, datetime]] = {}
        self._counts: Counter[tuple[str, str]] = Counter()
        self._tasks: set[asyncio.Task[Any]] = set()
        self._courier: Courier | None = None

    # -- in common with WeCom: see `simulator.api.Platform` --

    def admit(self, call: ApiCall, name: str, *, needs_token: bool) -> None:
        """Checks address, token and daily number of calls, in this order."""
        allowed = self.options.ip_whitelist
        if allowed is not None and call.address not in allowed:
            said = f"invalid ip {call.address} ipv6 ::ffff:{call.address}, not in whitelist"
            raise ApiRefusalError(40164, message=said)
        if needs_token:
            self.tokens.check(call.token, self.clock.now())
        self.count(name)

    def count(self, name: str) -> None:
        """Counts a call of the day, which begins at midnight in Beijing.

        Raises:
            ApiRefusalError: 45009 more than the account may.
        """
        day = (self.clock.now() + BEIJING).date().isoformat()
        self._counts[name, day] += 1
        limit = self.options.daily_limits.get(name)
        if limit is not None and self._counts[name, day] > limit:
            raise ApiRefusalError(45009)

    def clear_counts(self) -> None:
        """Starts all daily numbers again."""
        self._counts.clear()

    def revoke_tokens(self) -> None:
        """Makes all tokens invalid."""
        self.tokens.revoke_all(self.clock.now())

    # -- pushing --

    def secrets(self) -> Secrets:
        """Returns what pushes are signed and answers are checked with."""
        options = self.options
        cipher = MessageCipher(options.aes_key, options.app_id)
        return Secrets(
            options.token,
            cipher,
            options.mode,
            options.document,
            options.reply_stamp_window_s,
        )

    def open(self, session: aiohttp.ClientSession) -> None:
        """Starts pushing through a session."""
        self._courier = Courier(
            session,
            self.options,
            self.clock,
            self.record,
            webhook=lambda: self.options.webhook,
            secrets=self.secrets,
            seal=official_envelope,
            media=self.media.uploaded_kind,
            retries_status=lambda: self.options.retries_status,
        )
        self._session = session

    async def close(self) -> None:
        """Ends everything that is under way."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._courier is not None:
            await self._courier.close()

    async def verify_webhook(self) -> bool:
        """Does what the console does before it saves an address."""
        stamp, nonce, echo = (
            str(int(self.clock.now().timestamp())),
            "1514711492",
            "4375120948",
        )
        query = {
            "signature": signature(self.options.token, stamp, nonce),
            "timestamp": stamp,
            "nonce": nonce,
            "echostr": echo,
        }
        timeout = aiohttp.ClientTimeout(total=self.options.reply_timeout_s)
        try:
            async with self._session.get(
                self.options.webhook, params=query, timeout=timeout
            ) as answer:
                return answer.status == 200 and await answer.read() == echo.encode()
        except (aiohttp.ClientError, OSError, asyncio.TimeoutError):
            return False

    @property
    def builder(self) -> PushBuilder:
        """Builds pushes of this account."""
        return PushBuilder(self.options.account)

    def resident(self, openid: str) -> ResidentState:
        """Returns a resident; a new one is a follower since now."""
        found = self.residents.get(openid)
        if found is None:
            found = self.residents[openid] = ResidentState(
                openid, subscribed_at=self.clock.now()
            )
        return found

    def known(self, openid: object) -> ResidentState:
        """Returns a resident that exists.

        Raises:
            ApiRefusalError: 40003.
        """
        found = self.residents.get(openid) if isinstance(openid, str) else None
        if found is None:
            raise ApiRefusalError(40003)
        return found

    async def push(self, push: Push, *, is_answerable: bool = True) -> Exchange:
        """Delivers a push and shows the resident what is answered."""
        if self._courier is None:
            raise RuntimeError("the simulator is not started")
        attempt = await self._courier.deliver(push)
        exchange = Exchange(push, attempt)
        reply = attempt.reply
        if not is_answerable or (reply is not None and reply.kind == "silent"):
            return exchange
        if reply is None:
            bubble = self._show_error(push, attempt)
        else:
            bubble = self.show(
                push.person,
                reply.kind,
                reply.text,
                via="passive",
                msg_id=push.msg_id,
                data=reply.data,
                defects=reply.defects,
            )
        exchange.bubbles.append(bubble)
        return exchange

    def _show_error(self, push: Push, attempt: Attempt) -> Bubble:
        data = {"reason": attempt.outcome, "detail": attempt.detail}
        return self.record.show(
            push.person,
            Side.SYSTEM,
            "error",
            ERROR_TEXT,
            self.clock.now(),
            msg_id=push.msg_id,
            data=data,
        )

    def show(self, openid: str, kind: str, text: str, **details: Any) -> Bubble:
        """Shows something of the account in a resident's chat."""
        now = self.clock.now()
        self.resident(openid).typing_until = None
        return self.record.show(openid, Side.ACCOUNT, kind, text, now, **details)

    def show_own(
        self, push: Push, kind: str, text: str, data: dict[str, Any] | None = None
    ) -> Bubble:
        """Shows what a resident sent or did."""
        side = Side.SYSTEM if push.is_event else Side.PERSON
        return self.record.show(
            push.person,
            side,
            kind,
            text,
            self.clock.now(),
            msg_id=push.msg_id,
            data=data or {},
        )

    def later(self, work: Coroutine[Any, Any, Any]) -> None:
        """Does something in the background, as WeChat's own callbacks come."""
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def show_content(self, openid: str, content: str, *, via: str) -> Bubble:
        """Shows a text message with its links."""
        shown = texts.show(content)
        data = {"content": content, "segments": list(shown.segments)}
        return self.show(
            openid, "text", shown.text, via=via, data=data, defects=shown.defects
        )

    def trigger_of_tap(self) -> Trigger:
        """Returns what a tapped menu text opens; the rule is not published."""
        return Trigger(self.options.menu_tap_trigger)
