"""The pages of staff through their eyes and fingers."""

import asyncio
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

from playwright.sync_api import ConsoleMessage, Locator, Page, expect

from adapters.settings import Settings
from community.calendar import CHINA
from community.roster_changes import ChangeKind, RosterChange
from community.tickets import Origin, Ticket, TicketDraft, TicketKind
from desk.opening import open_services
from tests.browser.chat_page import AXE, RUN_AXE

PASSWORD = "moon-and-melon-7"
OPENID = "oTESTopenid_of_nobody_0001"


@dataclass(frozen=True)
class DeskSystem:
    """A running desk, and the stores behind it."""

    url: str
    settings: Settings

    def _use(self, action: Callable[[Any], Any]) -> Any:
        """Runs something on the stores; Playwright owns this thread's loop."""

        async def once() -> Any:
            opened = open_services(self.settings, lambda: datetime.now(timezone.utc))
            try:
                services = opened.services
                await services.directory.refresh(services.clock())
                return await action(services)
            finally:
                await opened.close()

        with ThreadPoolExecutor(1) as pool:
            return pool.submit(asyncio.run, once()).result()

    def allow(self, *staff: str) -> None:
        """Gives staff passwords, and duty whatever the hour of the test."""

        async def action(services: Any) -> None:
            now = services.clock()
            begin = now - timedelta(hours=1)
            for one in staff:
                await services.credentials.set_password(one, PASSWORD, now=now)
            duty = tuple(
                RosterChange(
                    ChangeKind.DUTY, one, begin, begin + timedelta(days=1), unit
                )
                for one, unit in (("bugu-w1", "bugu"), ("maitian-street1", "maitian"))
            )
            await services.staff.record(duty, key="duty", by="county-admin", now=now)

        self._use(action)

    def store_photo(self, data: bytes) -> str:
        """Keeps a photo as the channels do, and returns its id."""

        async def action(services: Any) -> str:
            return str(await services.blobs.put(data, "image/jpeg"))

        return str(self._use(action))

    def file(self, **values: Any) -> str:
        """Files a ticket in the grid of bugu-w1, given to that worker."""
        draft = TicketDraft(
            **{
                "idempotency_key": secrets.token_hex(8),
                "kind": TicketKind.REPORT,
                "conversation": f"wechat:{OPENID}",
                "item": "matter/corridor_clutter",
                "description": "楼道堆了旧沙发，过不去人",
                "place": "樱桃花园3号楼2单元",
                "grid": "bugu-01",
                "community": "bugu",
                "origin": Origin.CHAT,
                **values,
            }
        )

        async def action(services: Any) -> str:
            ticket: Ticket = await services.tickets.open(draft, now=services.clock())
            return ticket.number

        return str(self._use(action))

    def ticket(self, number: str) -> Ticket:
        """Returns a ticket as it is stored."""

        async def action(services: Any) -> Ticket:
            found: Ticket = await services.tickets.get(number)
            return found

        found: Ticket = self._use(action)
        return found

    def photos(self, number: str) -> list[tuple[str, tuple[str, ...]]]:
        """Returns the acts of a ticket that brought photos, with their ids."""

        async def action(services: Any) -> Any:
            events = await services.tickets.events(number)
            return [(event.action, event.photos) for event in events if event.photos]

        return list(self._use(action))

    def leave_to_a_neighbour(self, number: str) -> None:
        """Lets a neighbour follow a ticket, and its reporter be forgotten."""

        async def action(services: Any) -> None:
            now = services.clock()
            neighbour = f"wechat:oTESTneighbour_{secrets.token_hex(6)}"
            ticket = await services.tickets.join(number, neighbour, key="j", now=now)
            await services.tickets.forget(ticket.draft.conversation, now=now)

        self._use(action)

    def last_fact(self, number: str, name: str) -> str:
        """Returns a fact of a ticket's newest event."""

        async def action(services: Any) -> str:
            return str((await services.tickets.events(number))[-1].facts[name])

        return str(self._use(action))


class StaffPage:
    """One browser page of a member of staff; it counts taps."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url
        self.n_taps = 0
        self.console_errors: list[str] = []
        page.on("console", self._on_console)
        page.on("pageerror", lambda error: self.console_errors.append(str(error)))

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.console_errors.append(message.text)

    def sign_in(self, path: str, staff: str, password: str = PASSWORD) -> None:
        self.page.goto(self.url + path)
        self.page.get_by_label("账号").fill(staff)
        self.page.get_by_label("密码").fill(password)
        self.page.get_by_role("button", name="登录", exact=True).click()

    def tap(self, thing: Locator) -> None:
        self.n_taps += 1
        thing.click()

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    def expect_said(self, text: str) -> None:
        expect(self.page.get_by_role("status").filter(has_text=text)).to_be_visible()

    def violations(self) -> list[str]:
        """Returns what axe-core finds serious or critical."""
        self.page.evaluate(AXE.read_text())
        found: list[dict[str, Any]] = self.page.evaluate(RUN_AXE)
        return [
            f"{v['id']}: {v['nodes']}"
            for v in found
            if v["impact"] in ("serious", "critical")
        ]


def today() -> str:
    """Returns the day in China, as a date field takes it."""
    return datetime.now(timezone.utc).astimezone(CHINA).date().isoformat()
