"""Carries pushes to a webhook: five seconds, three deliveries, and mishaps on request."""

import asyncio
import hashlib
import random
import secrets as random_secrets
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from time import monotonic, time

import aiohttp

from simulator.clock import Clock
from simulator.crypto import signature
from simulator.documents import to_json, to_xml
from simulator.judge import Asked, RefusedReplyError, Reply, Secrets, judge
from simulator.options import Mode, Options
from simulator.pushes import Push
from simulator.record import Complaint, Delivery, Record

RETRIED = frozenset({"timeout", "network"})


@dataclass(frozen=True, slots=True)
class Envelope:
    """One signed request."""

    query: dict[str, str]
    body: bytes

    @property
    def asked(self) -> Asked:
        """What an encrypted answer has to fit."""
        return Asked(self.query["nonce"], int(self.query["timestamp"]))


def official_envelope(push: Push, secrets: Secrets, stamp: int) -> Envelope:
    """Signs a push of the Official Account, and encrypts it unless plaintext."""
    write = to_json if secrets.document == "json" else to_xml
    timestamp, nonce = str(stamp), str(random_secrets.randbelow(10**10))
    query = {
        "signature": signature(secrets.token, timestamp, nonce),
        "timestamp": timestamp,
        "nonce": nonce,
        "openid": push.person,
    }
    if secrets.mode is Mode.PLAINTEXT:
        return Envelope(query, write(push.fields))
    encrypted = secrets.cipher.encrypt(write(push.fields))
    query["encrypt_type"] = "aes"
    query["msg_signature"] = signature(secrets.token, timestamp, nonce, encrypted)
    if secrets.mode is Mode.COMPATIBLE:
        outer = {**push.fields, "Encrypt": encrypted}
    else:
        outer = {"ToUserName": push.fields["ToUserName"], "Encrypt": encrypted}
    return Envelope(query, write(outer))


def corp_envelope(push: Push, secrets: Secrets, stamp: int) -> Envelope:
    """Signs and encrypts a callback of WeCom, which knows no other way."""
    timestamp, nonce = str(stamp), str(random_secrets.randbelow(10**10))
    encrypted = secrets.cipher.encrypt(to_xml(push.fields))
    query = {
        "msg_signature": signature(secrets.token, timestamp, nonce, encrypted),
        "timestamp": timestamp,
        "nonce": nonce,
    }
    outer = {
        "ToUserName": push.fields["ToUserName"],
        "AgentID": str(push.fields.get("AgentID", "")),
        "Encrypt": encrypted,
    }
    return Envelope(query, to_xml(outer))


@dataclass(slots=True)
class Attempt:
    """How one delivery ended."""

    outcome: str
    reply: Reply | None = None
    detail: str = ""

    @property
    def is_answered(self) -> bool:
        """Tells whether somebody answered, rightly or wrongly."""
        return self.outcome not in RETRIED


@dataclass(slots=True)
class Course:
    """What the deliveries of one push know of each other."""

    is_answered: bool = False


Sealer = Callable[[Push, Secrets, int], Envelope]
Judge = Callable[[int, bytes, Asked, Push], Reply]


class Courier:
    """Delivers the pushes of one account, each until it is answered or given up."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        options: Options,
        clock: Clock,
        record: Record,
        *,
        webhook: Callable[[], str],
        secrets: Callable[[], Secrets],
        seal: Sealer,
        media: Callable[[str], str | None],
        retries_status: Callable[[], bool],
        read: Judge | None = None,
    ) -> None:
        """Takes what belongs to the account as functions: options may change."""
        self._session = session
        self._options = options
        self._clock = clock
        self._record = record
        self._webhook = webhook
        self._secrets = secrets
        self._seal = seal
        self._media = media
        self._retries_status = retries_status
        self._read = read or self._judge
        self._random = random.Random(options.seed)  # noqa: S311 - mishaps, not secrets
        self._strays: set[asyncio.Task[Attempt]] = set()

    def _judge(self, status: int, body: bytes, asked: Asked, push: Push) -> Reply:
        return judge(status, body, asked, push, self._secrets(), self._media)

    async def deliver(self, push: Push) -> Attempt:
        """Delivers until somebody answers, at most `max_deliveries` times."""
        options = self._options
        if self._happens(options.reorder_rate):
            await asyncio.sleep(self._random.uniform(0, options.reorder_delay_s))
        envelope = self._sealed(push)
        attempt, course = Attempt("timeout"), Course()
        for number in range(1, options.max_deliveries + 1):
            started = monotonic()
            if number > 1 and options.renews_nonce:
                envelope = self._sealed(push)
            attempt = await self._once_or_twice(push, envelope, number, course)
            if attempt.is_answered and not self._is_retried(attempt):
                break
            if number < options.max_deliveries:
                left_s = options.reply_timeout_s - (monotonic() - started)
                await asyncio.sleep(max(0.0, left_s))
        if attempt.is_answered and self._happens(options.duplicate_rate):
            self._stray(self._post(push, self._sealed(push), number + 1, course))
        if attempt.reply is None:
            self._note_refused(push, attempt)
        return attempt

    def _is_retried(self, attempt: Attempt) -> bool:
        return attempt.outcome == "status" and self._retries_status()

    def _sealed(self, push: Push) -> Envelope:
        return self._seal(push, self._secrets(), self._stamp())

    def _stamp(self) -> int:
        if self._options.signs_real_time:
            return int(time())
        return int(self._clock.now().timestamp())

    def _happens(self, rate: float) -> bool:
        return rate > 0 and self._random.random() < rate

    def _note_refused(self, push: Push, attempt: Attempt) -> None:
        self._record.complain(
            Complaint(
                push.person,
                push.msg_id,
                attempt.outcome,
                attempt.detail,
                self._clock.now(),
            )
        )

    def _stray(
        self, coroutine: Coroutine[None, None, Attempt]
    ) -> "asyncio.Task[Attempt]":
        task = asyncio.ensure_future(coroutine)
        self._strays.add(task)
        task.add_done_callback(self._strays.discard)
        return task

    async def _once_or_twice(
        self, push: Push, envelope: Envelope, number: int, course: Course
    ) -> Attempt:
        if not self._happens(self._options.overlap_rate):
            return await self._post(push, envelope, number, course)
        pair = [
            self._stray(self._post(push, envelope, number, course)) for _ in range(2)
        ]
        for finished in asyncio.as_completed(pair):
            attempt = await finished
            if attempt.is_answered:
                return attempt
        return attempt

    async def _post(
        self, push: Push, envelope: Envelope, number: int, course: Course
    ) -> Attempt:
        started, at = monotonic(), self._clock.now()
        attempt, status = await self._try(push, envelope)
        reply = attempt.reply
        self._record.deliveries.append(
            Delivery(
                push.person,
                push.msg_id,
                push.kind,
                number,
                at,
                round((monotonic() - started) * 1000, 2),
                attempt.outcome,
                status,
                is_silent=reply is not None and reply.kind == "silent",
                is_ignored=course.is_answered,
                digest=_digest(reply),
            )
        )
        course.is_answered = course.is_answered or attempt.is_answered
        return attempt

    async def _try(self, push: Push, envelope: Envelope) -> tuple[Attempt, int | None]:
        try:
            status, body = await asyncio.wait_for(
                self._exchange(envelope), self._options.reply_timeout_s
            )
        except asyncio.TimeoutError:
            return Attempt("timeout", detail="no answer in time"), None
        except (aiohttp.ClientError, OSError) as err:
            return Attempt("network", detail=type(err).__name__), None
        try:
            reply = self._read(status, body, envelope.asked, push)
        except RefusedReplyError as err:
            return Attempt(err.reason, detail=err.detail), status
        return Attempt("answered", reply), status

    async def _exchange(self, envelope: Envelope) -> tuple[int, bytes]:
        async with self._session.post(
            self._webhook(),
            params=envelope.query,
            data=envelope.body,
            headers={"Content-Type": self._content_type()},
            allow_redirects=False,
        ) as answer:
            return answer.status, await answer.read()

    def _content_type(self) -> str:
        is_json = self._secrets().document == "json"
        return "application/json" if is_json else "text/xml"

    async def close(self) -> None:
        """Ends deliveries that nobody waits for."""
        for task in list(self._strays):
            task.cancel()
        await asyncio.gather(*self._strays, return_exceptions=True)


def _digest(reply: Reply | None) -> str:
    if reply is None:
        return ""
    shown = reply.data.get("content") or reply.clear.decode(errors="replace")
    return hashlib.blake2s(f"{reply.kind}\0{shown}".encode(), digest_size=8).hexdigest()
