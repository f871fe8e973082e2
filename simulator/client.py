"""Speaks with a running simulator's control API."""

from types import TracebackType
from typing import Any
from urllib.parse import quote

import aiohttp

from simulator.refusals import SimulatorError

PUSH_TIMEOUT_S = 60.0
"""Three deliveries of five seconds, and some more if they overlap."""


class SimulatorClient:
    """The control API as methods, for one resident or member at a time."""

    def __init__(self, url: str) -> None:
        """Takes the simulator's address."""
        self._url = url.rstrip("/")

    async def __aenter__(self) -> "SimulatorClient":
        timeout = aiohttp.ClientTimeout(total=PUSH_TIMEOUT_S)
        self._session = aiohttp.ClientSession(timeout=timeout)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._session.close()

    async def call(
        self, method: str, path: str, values: Any = None, **query: Any
    ) -> Any:
        """Calls the control API.

        Raises:
            SimulatorError: It is not running, or it refused.
        """
        url = f"{self._url}/sim/{path}"
        try:
            async with self._session.request(
                method, url, json=values, params=query
            ) as answer:
                found = await answer.json(content_type=None)
        except (aiohttp.ClientError, OSError, TimeoutError) as err:
            raise SimulatorError(f"no simulator at {self._url}: {err!r}") from err
        if answer.status != 200:
            raise SimulatorError(str(found.get("detail", found)))
        return found

    async def perform(self, openid: str, action: dict[str, Any]) -> dict[str, Any]:
        """Does one thing as a resident; returns what came of it at once."""
        path = f"residents/{quote(openid, safe='')}/do"
        return dict(await self.call("POST", path, action))

    async def chat(
        self, openid: str, *, after: int = 0, wait_s: float = 0.0
    ) -> list[dict[str, Any]]:
        """Returns the chat after a bubble, optionally waiting for news."""
        path = f"residents/{quote(openid, safe='')}/chat"
        return list(await self.call("GET", path, after=after, wait_s=wait_s))

    async def seq(self) -> int:
        """Returns the number of the newest change."""
        return int((await self.call("GET", "state"))["seq"])
