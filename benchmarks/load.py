"""Residents for both systems: each says one thing, waits for the answer, goes on."""

from __future__ import annotations

import asyncio
import json
import secrets
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Protocol

import aiohttp

from benchmarks.stacks import Stack
from gateway.residents import COOKIE, ResidentCookies

ANSWER_TIMEOUT_S = 60.0


class Resident(Protocol):
    """One person in one conversation."""

    async def say(self, text: str) -> None:
        """Says something and returns when the whole answer is there."""


Enter = Callable[[], AbstractAsyncContextManager[Resident]]
"""Opens a new conversation."""


@dataclass(frozen=True, slots=True)
class Load:
    """What a run of conversations gave."""

    wall_s: float
    times_s: list[float]
    """Time from sending to the whole answer, one a message."""

    @property
    def per_second(self) -> float:
        """Returns messages answered a second."""
        return len(self.times_s) / self.wall_s


class WebResident:
    """Uses the assistant's web chat: posts messages, reads the stream of events."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        stack: Stack,
        cookie: str,
        events: aiohttp.ClientResponse,
    ) -> None:
        """Uses an open stream of events."""
        self._session = session
        self._url = f"{stack.url}/api/chat/messages"
        self._headers = {"Cookie": f"{COOKIE}={cookie}"}
        self._events = events

    async def say(self, text: str) -> None:
        """Says something (see protocol)."""
        message = {"client_id": secrets.token_hex(8), "text": text}
        async with self._session.post(
            self._url, json=message, headers=self._headers
        ) as answer:
            answer.raise_for_status()
        while True:
            line = await asyncio.wait_for(
                self._events.content.readline(), ANSWER_TIMEOUT_S
            )
            if not line.startswith(b"data: "):
                continue
            event = json.loads(line[6:])
            if event["side"] == "assistant" and event["id"] == message["client_id"]:
                return


class RestResident:
    """Uses Rasa's REST channel."""

    def __init__(self, session: aiohttp.ClientSession, stack: Stack) -> None:
        """Takes a new sender id."""
        self._session = session
        self._url = f"{stack.url}/webhooks/rest/webhook"
        self._sender = secrets.token_hex(12)

    async def say(self, text: str) -> None:
        """Says something (see protocol).

        Raises:
            RuntimeError: Rasa answered nothing.
        """
        message = {"sender": self._sender, "message": text}
        async with self._session.post(self._url, json=message) as answer:
            answer.raise_for_status()
            if not await answer.json():
                raise RuntimeError(f"the peer said nothing to a message: {text}")


@asynccontextmanager
async def web_residents(stack: Stack) -> AsyncIterator[Enter]:
    """Yields a way to open web chat conversations."""
    cookies = ResidentCookies(stack.secret)
    limits = aiohttp.ClientTimeout(total=None)
    async with aiohttp.ClientSession(timeout=limits) as session:

        @asynccontextmanager
        async def enter() -> AsyncIterator[Resident]:
            cookie = cookies.seal(cookies.new_id())
            async with session.get(
                f"{stack.url}/api/chat/events", headers={"Cookie": f"{COOKIE}={cookie}"}
            ) as events:
                events.raise_for_status()
                yield WebResident(session, stack, cookie, events)

        yield enter


@asynccontextmanager
async def rest_residents(stack: Stack) -> AsyncIterator[Enter]:
    """Yields a way to open conversations with Rasa."""
    limits = aiohttp.ClientTimeout(total=ANSWER_TIMEOUT_S)
    async with aiohttp.ClientSession(timeout=limits) as session:

        @asynccontextmanager
        async def enter() -> AsyncIterator[Resident]:
            yield RestResident(session, stack)

        yield enter


async def converse(
    enter: Enter, conversations: list[list[str]], *, concurrent: int
) -> Load:
    """Holds conversations, `concurrent` at a time, without pauses."""
    waiting = iter(conversations)
    times: list[float] = []

    async def one_after_another() -> None:
        for texts in waiting:
            async with enter() as resident:
                for text in texts:
                    sent = time.perf_counter()
                    await resident.say(text)
                    times.append(time.perf_counter() - sent)

    started = time.perf_counter()
    await asyncio.gather(*(one_after_another() for _ in range(concurrent)))
    return Load(time.perf_counter() - started, times)
