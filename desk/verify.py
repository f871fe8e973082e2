"""`python -m desk verify TICKET… | --all` and `rotate-key`: the tickets' files.

`verify` proves that files are as they were written: every event, every text that can
still be opened, the stored state. It prints the fingerprint of all verified files; who
writes it down can tell later that no file was replaced as a whole either.
"""

import argparse
import asyncio
import hashlib
import sys
from collections.abc import AsyncIterator, Sequence

from adapters.sealing import Sealer
from adapters.settings import Settings
from adapters.sql.accounts import SqlAccounts
from adapters.sql.engine import create_engine
from adapters.sql.integrations import SqlWebhooks
from adapters.sql.tickets import SqlTicketRepository
from community.errors import NotFoundError
from desk.purposes import TOTP_PURPOSE, WEBHOOK_PURPOSE

PAGE = 200
OWN_KEY = "field.key"
"""Made by `make run` in STATE_DIR where FIELD_KEY is not set."""


def add_verify_commands(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",
) -> None:
    """Declares `verify` and `rotate-key`."""
    verify_parser = commands.add_parser("verify", help="prove tickets' files untouched")
    verify_parser.add_argument("tickets", nargs="*", help="numbers such as 1125-4837")
    verify_parser.add_argument("--all", action="store_true", help="every ticket")
    commands.add_parser("rotate-key", help="seal persons' keys with the new FIELD_KEY")


def verify(numbers: Sequence[str], settings: Settings, *, every: bool = False) -> int:
    """Checks tickets and prints what is not as it was written.

    Returns:
        0 if all are untouched, 1 if not, 2 if a number does not exist or none is given.
    """
    if not numbers and not every:
        sys.stderr.write("[ERROR] 请给出工单编号，或者用 --all\n")
        return 2
    return asyncio.run(_verify(numbers, settings, every=every))


def rotate_key(settings: Settings) -> int:
    """Seals persons' keys, one-time and webhook secrets with FIELD_KEY's first key."""
    n_keys = asyncio.run(_rotate(settings))
    sys.stdout.write(
        f"换好了 {n_keys} 把钥匙。确认备份也换过以后，把旧的从 FIELD_KEY 里去掉。\n"
    )
    return 0


def _field_key(settings: Settings) -> str:
    if settings.field_key or not (settings.state_dir / OWN_KEY).is_file():
        return settings.field_key
    return (settings.state_dir / OWN_KEY).read_text().strip()


async def _rotate(settings: Settings) -> int:
    engine = create_engine(settings.database_url)
    try:
        key = _field_key(settings)
        tickets = SqlTicketRepository(engine, field_key=key)
        n_keys = await tickets.rotate_keys()
        n_keys += await SqlAccounts(engine).reseal(Sealer(key, purpose=TOTP_PURPOSE))
        hooks = SqlWebhooks(engine, Sealer(key, purpose=WEBHOOK_PURPOSE))
        return n_keys + await hooks.reseal()
    finally:
        await engine.dispose()


async def _verify(numbers: Sequence[str], settings: Settings, *, every: bool) -> int:
    engine = create_engine(settings.database_url)
    tickets = SqlTicketRepository(engine, field_key=_field_key(settings))
    fingerprint, n_tickets, n_bad, code = hashlib.sha256(), 0, 0, 0
    try:
        wanted = _all(tickets) if every else _these(numbers)
        async for number in wanted:
            try:
                findings = await tickets.verify(number)
                fingerprint.update((await tickets.head(number)).encode())
            except NotFoundError:
                sys.stderr.write(f"[ERROR] {number}: 没有这张工单\n")
                code = 2
                continue
            n_tickets += 1
            n_bad += bool(findings)
            for finding in findings:
                where = f"第{finding.seq}条" if finding.seq else "整份档案"
                sys.stderr.write(f"[ERROR] {number}: {where}: {finding.what}\n")
    finally:
        await engine.dispose()
    sys.stdout.write(
        f"查了 {n_tickets} 份，{n_bad} 份有问题。指纹 {fingerprint.hexdigest()[:32]}\n"
    )
    return 1 if n_bad else code


async def _these(numbers: Sequence[str]) -> AsyncIterator[str]:
    for number in numbers:
        yield number


async def _all(tickets: SqlTicketRepository) -> AsyncIterator[str]:
    """Yields every number, by numbers alone: a damaged file must not stop the rest."""
    after = 0
    while True:
        page = await tickets.numbers(after=after, limit=PAGE)
        for row_id, number in page:
            after = row_id
            yield number
        if len(page) < PAGE:
            return
