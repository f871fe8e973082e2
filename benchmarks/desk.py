"""Question 7: does the desk stay quick as the history of tickets grows?"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import random
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timezone
from http import HTTPStatus
from pathlib import Path
from typing import Any

import aiohttp

from adapters.redis_conversations import open_redis
from adapters.redis_keys import RedisKeys
from adapters.settings import Settings
from adapters.sql.engine import create_engine
from adapters.sql.migrate import upgrade
from adapters.sql.tickets import SqlTicketRepository
from adapters.ticket_store import offices
from benchmarks.kept_tickets import Kept, copy, grow, kept
from benchmarks.many_tickets import accounts_of
from benchmarks.measure import (
    WORK,
    environment,
    free_port,
    latency,
    machine,
    note,
    python,
    running,
)
from benchmarks.results import Aim, Result, at_most, table
from benchmarks.stacks import redis_on_socket, temporary_folder
from community.tickets.office import Office
from desk.sessions import Sessions, Stage
from tests.postgres import private_postgres, programs

SIZE = 100_000
GROWTH = 10
"""The smaller size, with which costs are compared, is a tenth."""
SMALLER_SHARE = 0.5
"""Of the requests, asked at the smaller size: only its median counts."""
BUDGET_S = 350.0
"""Of one database, making or copying its tickets included."""
N_SIGNED_IN = 1_000
WORKERS_PER_S = 25.0
"""Each of the thousand looks every 40 seconds."""
LEADS_PER_S, FIGURES_PER_S = 4.0, 1.0
WARM_S = 1.0
"""How long it is asked before it is measured."""
LIST_P95_MS = 200.0
FLAT = 1.5
"""Times the cost at the smaller size that still counts as flat."""
N_VERIFIED = 20
STREET, COUNTY = "tongyao-street1", "county-duty1"
READY_TIMEOUT_S = 60.0


@dataclass(frozen=True, slots=True)
class Page:
    """What is asked, by whom, how often."""

    name: str
    path: str
    who: str
    """Empty: any of those who are signed in."""
    n: int
    per_second: float = WORKERS_PER_S
    """Arrivals, whether or not the ones before are answered."""


PAGES = (
    Page("worker: open tickets", "/api/tickets?open=true", "", 400),
    Page("worker: own tickets", "/api/tickets?open=true&mine=true", "", 200),
    Page("street: open tickets", "/api/tickets?open=true", STREET, 60, LEADS_PER_S),
    Page(
        "street: ended tickets",
        "/api/tickets?open=false&newest_first=true",
        STREET,
        60,
        LEADS_PER_S,
    ),
    Page(
        "county: ended tickets",
        "/api/tickets?open=false&newest_first=true",
        COUNTY,
        60,
        LEADS_PER_S,
    ),
    Page(
        "county: 三率, 30 days", "/api/figures?by=community", COUNTY, 15, FIGURES_PER_S
    ),
    Page(
        "county: 三率, 13 months",
        "/api/figures?by=community&since={year_ago}",
        COUNTY,
        8,
        FIGURES_PER_S,
    ),
)
LISTS = tuple(page.name for page in PAGES[:5])


def run(*, reuse: bool = False, size: int = SIZE) -> Result:
    """Measures on SQLite, and on PostgreSQL where its server is installed.

    Args:
        reuse: Says nothing here: tickets of an earlier run are always taken.
        size: How many tickets; fewer are for trying it out.

    Raises:
        TimeoutError: No database was finished in `BUDGET_S`; tickets stay, run again.
    """
    figures: dict[str, Any] = {}
    notes: list[str] = []
    file, until = kept(), time.monotonic() + BUDGET_S
    asyncio.run(grow(file, size, until=until))
    with temporary_folder() as folder:
        database = f"sqlite:///{folder}/desk.db"
        figures["SQLite"] = measure(folder, database, file, size, until)
    if programs() is not None:
        until = time.monotonic() + BUDGET_S
        with temporary_folder() as folder, private_postgres() as url:
            try:
                figures["PostgreSQL"] = measure(folder, url, file, size, until)
            except TimeoutError:
                late = f"PostgreSQL was not finished within {BUDGET_S:g} s"
                notes.append(f"{late}; nothing is said about it.")
                note(f"[WARN] {late}")
    return _result(figures, size, notes)


def measure(
    folder: Path, database: str, file: Kept, size: int, until: float
) -> dict[str, Any]:
    """Fills a database in two steps and measures after each."""
    with ExitStack() as stack:
        redis_url, _ = stack.enter_context(redis_on_socket(folder))
        settings = Settings.from_env(
            {
                "REDIS_URL": redis_url,
                "DATABASE_URL": database,
                "FIELD_KEY": file.field_key,
                "DESK_PORT": str(free_port()),
                "STATE_DIR": str(folder),
            }
        )
        upgrade(database)
        left_s = until - time.monotonic()
        try:
            return asyncio.run(asyncio.wait_for(_measure(settings, file, size), left_s))
        except asyncio.TimeoutError as err:  # another class before Python 3.11
            raise TimeoutError(f"not measured within {BUDGET_S:g} s") from err


async def _measure(settings: Settings, file: Kept, size: int) -> dict[str, Any]:
    engine = create_engine(settings.database_url)
    now = datetime.now(timezone.utc)
    office = await offices(settings, engine)(now)
    found: dict[str, Any] = {}
    n_copied = 0
    for upper in (size // GROWTH, size):
        began = time.monotonic()
        await copy(file, engine, n_copied + 1, upper)
        n_copied = upper
        note(f"{upper:,} tickets copied after {time.monotonic() - began:.0f} s")
        await _verify(settings, engine, office)
        with _desk(settings):
            share = 1.0 if upper == size else SMALLER_SHARE
            found[str(upper)] = await _ask_all(settings, office, now, share)
    await engine.dispose()
    return found


async def _verify(settings: Settings, engine: Any, office: Office) -> None:
    """Proves that the rows are what the program would have written."""
    tickets = SqlTicketRepository(
        engine, field_key=settings.field_key, office=offices(settings, engine)
    )
    numbers = await tickets.numbers(after=0, limit=1_000_000)
    for _, number in random.Random(1).sample(numbers, N_VERIFIED):
        problems = await tickets.verify(number)
        if problems:
            raise RuntimeError(f"{number} is not as it was written: {problems}")


@contextlib.contextmanager
def _desk(settings: Settings) -> Iterator[None]:
    env = environment(
        REDIS_URL=settings.redis_url,
        DATABASE_URL=settings.database_url,
        FIELD_KEY=settings.field_key,
        DESK_PORT=str(settings.desk_port),
        STATE_DIR=str(settings.state_dir),
        LOG_LEVEL="WARNING",
    )
    with running(python("desk", "serve"), WORK / "logs" / "desk.log", env=env):
        yield


async def _ask_all(
    settings: Settings, office: Office, now: datetime, share: float
) -> dict[str, dict[str, float]]:
    cookies = await _sign_in(settings, office, now)
    url = f"http://127.0.0.1:{settings.desk_port}"
    async with aiohttp.ClientSession() as client:
        await _until_ready(client, url)
        found = {}
        for page in PAGES:
            path = page.path.format(year_ago=f"{now.replace(year=now.year - 1):%F}")
            who = [cookies[page.who]] if page.who else cookies[""]
            n_warm, n = round(WARM_S * page.per_second), round(share * page.n)
            await _ask(client, url + path, who, max(2, n_warm), page.per_second)
            times = await _ask(client, url + path, who, n, page.per_second)
            found[page.name] = latency(times)
            note(f"{page.name}: {found[page.name]}")
    return found


async def _sign_in(settings: Settings, office: Office, now: datetime) -> dict[str, Any]:
    redis = open_redis(settings.redis_url)
    sessions = Sessions(redis, RedisKeys(settings.redis_prefix))
    workers = accounts_of(office)
    found: dict[str, Any] = {
        "": [
            await sessions.open(workers[n % len(workers)], stage=Stage.FULL, now=now)
            for n in range(N_SIGNED_IN)
        ]
    }
    for staff in (STREET, COUNTY):
        found[staff] = await sessions.open(staff, stage=Stage.FULL, now=now)
    await redis.aclose()
    return found


async def _until_ready(client: aiohttp.ClientSession, url: str) -> None:
    deadline = time.monotonic() + READY_TIMEOUT_S
    while time.monotonic() < deadline:
        with contextlib.suppress(aiohttp.ClientError):
            async with client.get(f"{url}/readyz") as answer:
                if answer.status == HTTPStatus.OK:
                    return
        await asyncio.sleep(0.1)
    raise RuntimeError("the desk did not get ready")


async def _ask(
    client: aiohttp.ClientSession,
    url: str,
    cookies: Sequence[str],
    n: int,
    per_second: float,
) -> list[float]:
    """Asks `n` times at a steady rate; returns the seconds of each."""
    chance = random.Random(n)
    times: list[float] = []

    async def one() -> None:
        cookie = {"Cookie": f"yxl_desk={chance.choice(cookies)}"}
        began = time.perf_counter()
        async with client.get(url, headers=cookie) as answer:
            body = await answer.text()
            if answer.status != HTTPStatus.OK:
                raise RuntimeError(f"{url}: {answer.status}: {body[:200]}")
        times.append(time.perf_counter() - began)

    under_way = []
    for _ in range(n):
        under_way.append(asyncio.create_task(one()))
        await asyncio.sleep(1 / per_second)
    await asyncio.gather(*under_way)
    return times


def _result(figures: dict[str, Any], size: int, notes: list[str]) -> Result:
    small, large = str(size // GROWTH), str(size)
    rows, aims = [], []
    for database, sizes in figures.items():
        for page in PAGES:
            before, after = sizes[small][page.name], sizes[large][page.name]
            rows.append(
                [
                    f"{database}, {page.name}",
                    _shown(before),
                    _shown(after),
                    f"{after['p50_ms'] / before['p50_ms']:.2f}",
                ]
            )
        slowest = max(sizes[large][name]["p95_ms"] for name in LISTS)
        aims.append(
            at_most(f"{database}: p95 of every list", slowest, LIST_P95_MS, " ms")
        )
        growth = max(
            sizes[large][name]["p50_ms"] / sizes[small][name]["p50_ms"]
            for name in LISTS
        )
        aims.append(_flat(database, growth))
    return Result(
        name="desk",
        question="Does the desk stay quick as the history of tickets grows?",
        data=(
            f"{size:,} tickets of two years in 148 grids, 1,500 of them open; their"
            " events, seals and chains are those of the program (a sample is verified);"
            f" {N_SIGNED_IN:,} workers signed in, who ask {WORKERS_PER_S:g} times a second;"
            f" street and county {LEADS_PER_S:g} times, 三率 once; pages of 50 tickets"
        ),
        command="python -m benchmarks desk",
        machine=machine(),
        columns=[
            "p50 / p95 in ms",
            f"{size // GROWTH:,} tickets",
            f"{size:,} tickets",
            "p50, times",
        ],
        rows=rows,
        aims=aims,
        notes=notes,
        figures=figures,
    )


def _flat(database: str, growth: float) -> Aim:
    text = f"{database}: p50 of every list with ten times the history"
    return at_most(text, growth, FLAT, " x")


def _shown(times: dict[str, float]) -> str:
    return f"{times['p50_ms']:,.0f} / {times['p95_ms']:,.0f}"


def main() -> None:
    """Tries it with fewer tickets: prints what it finds and writes nothing."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--tickets", type=int, default=5_000)
    parser.add_argument(
        "--only-make", action="store_true", help="make the tickets for a later run"
    )
    arguments = parser.parse_args()
    if arguments.only_make:
        until = time.monotonic() + BUDGET_S
        asyncio.run(grow(kept(), arguments.tickets, until=until))
        return
    result = run(size=arguments.tickets)
    print("\n".join([*table(result.columns, result.rows), ""]))
    for aim in result.aims:
        print(f"{aim.text}: {aim.measured}")


if __name__ == "__main__":
    main()
