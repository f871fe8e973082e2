"""The whole simulator as one object, for tests and for its own server."""

import asyncio
from datetime import datetime
from types import TracebackType

import aiohttp
from aiohttp import web

from simulator.clock import Clock
from simulator.corp import Corporation
from simulator.faults import Faults
from simulator.member import Member
from simulator.official import OfficialAccount
from simulator.options import Options
from simulator.record import EVERYBODY, Complaint, Record
from simulator.resident import Resident

SHUTDOWN_TIMEOUT_S = 1.0
MOST_HEADER_BYTES = 65_536


class SimulatedWeChat:
    """WeChat and WeCom on a local port.

    ```python
    async with SimulatedWeChat(Options(webhook=url, port=0)) as wechat:
        exchange = await wechat.resident("o1").say("你好")
        wechat.clock.advance(3600)
    ```
    Everything is kept in memory; two of them know nothing of each other.
    """

    def __init__(
        self, options: Options | None = None, *, frozen_at: datetime | None = None
    ) -> None:
        """Takes the options and, for a clock that stands still, its instant."""
        self.options = options or Options()
        self.clock = Clock(frozen_at)
        self.record = Record()
        self.faults = Faults()
        self.official = OfficialAccount(
            self.options, self.clock, self.record, self.faults
        )
        self.corp = Corporation(
            self.options, self.clock, self.record, self.faults, self.official.media
        )
        self._runner: web.AppRunner | None = None
        self._session: aiohttp.ClientSession | None = None

    @property
    def url(self) -> str:
        """Address of every API, of WeChat and of WeCom, and of the page."""
        return f"http://{self.options.host}:{self.options.port}"

    @property
    def errors(self) -> list[Complaint]:
        """Every error bubble's reason, oldest first."""
        return self.record.complaints

    def resident(self, openid: str) -> Resident:
        """Returns a resident; a new one is a follower."""
        return Resident(self.official, openid)

    def member(self, userid: str) -> Member:
        """Returns a member of the company."""
        return Member(self.corp, userid)

    async def start(self) -> None:
        """Listens; port 0 chooses a free one and notes it in the options."""
        from simulator.app import build_app

        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0),
            timeout=aiohttp.ClientTimeout(total=None),
            max_field_size=MOST_HEADER_BYTES,
        )
        self.official.open(self._session)
        self.corp.open(self._session)
        self._runner = web.AppRunner(
            build_app(self), access_log=None, shutdown_timeout=SHUTDOWN_TIMEOUT_S
        )
        await self._runner.setup()
        site = web.TCPSite(self._runner, self.options.host, self.options.port)
        await site.start()
        self.options.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Ends all deliveries and closes the port."""
        self.record.close()
        await self.official.close()
        await self.corp.close()
        if self._session is not None:
            await self._session.close()
        if self._runner is not None:
            await self._runner.cleanup()

    async def settle(self, *, quiet_s: float = 0.5, timeout_s: float = 30.0) -> bool:
        """Waits until nothing new was shown for a while; returns whether so."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + timeout_s
        while loop.time() < deadline:
            if not await self._is_disturbed(self.record.seq, quiet_s):
                return True
        return False

    async def _is_disturbed(self, seq: int, quiet_s: float) -> bool:
        return await self.record.wait(
            EVERYBODY, lambda: self.record.seq != seq, quiet_s
        )

    async def __aenter__(self) -> "SimulatedWeChat":
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.stop()
