"""Processes killed again and again under traffic: nothing lost, doubled or mixed up.

The short form runs with the suite; `make test-crash` runs 10,000 messages.
"""

import asyncio
import os
import random
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from time import monotonic

import pytest

from simulator.options import Options
from simulator.wechat import SimulatedWeChat
from tests.crash import accounts
from tests.crash.system import System, running
from tests.crash.talk import Talk, converse, learn_questions, plan

pytestmark = [pytest.mark.stack, pytest.mark.model]
N_MESSAGES = int(os.environ.get("CRASH_MESSAGES", "500"))
N_RESIDENTS = int(os.environ.get("CRASH_RESIDENTS", "50"))
PER_SECOND = float(os.environ.get("CRASH_PER_SECOND", "20"))
N_KILLS = int(os.environ.get("CRASH_KILLS", "8"))
SEED = int(os.environ.get("CRASH_SEED", "1"))
SETTLE_S = 600.0
MOST_ROUNDS = 20
THANKS = "谢谢"
AIM_S = 8.0
"""How long a kill waits for the moment that it is meant for."""
STALL_S = 4.7
"""Longer than a gateway waits for an answer."""


class Killer:
    """Kills each process in turn, some at the moment that hurts most."""

    def __init__(self, system: System, wechat: SimulatedWeChat, talk: Talk) -> None:
        """Kills nothing yet."""
        self._system = system
        self._wechat = wechat
        self._talk = talk
        self._chance = random.Random(SEED)
        self.n_aimed = 0

    async def run(self, n_kills: int, n_messages: int) -> None:
        """Kills evenly over the whole talk."""
        turns: list[Callable[[], Awaitable[None]]] = [
            self._worker_before_commit,
            self._gateway,
            self._dispatcher_before_commit,
            self._redis,
            self._dispatcher,
            self._worker,
            self._workers,
        ]
        for n in range(n_kills):
            due = (n + 1) * n_messages // (n_kills + 1)
            while self._talk.n_answered_at_once < due:
                await asyncio.sleep(0.02)
            await turns[n % len(turns)]()
            await self._system.recovered()

    async def _worker(self) -> None:
        await self._system.kill("worker")

    async def _workers(self) -> None:
        await self._system.kill("workers")

    async def _dispatcher(self) -> None:
        await self._system.kill("dispatcher")

    async def _redis(self) -> None:
        await self._system.kill("redis")

    async def _gateway(self) -> None:
        """While requests are open: between the bytes and the confirmation."""
        await self._system.kill("gateway")

    async def _worker_before_commit(self) -> None:
        """After a ticket is in the database, before the message is committed."""
        engine = self._system.engine
        known = await accounts.count_tickets(engine)

        async def is_filed() -> bool:
            return await accounts.count_tickets(engine) > known

        if await self._within(is_filed):
            self.n_aimed += 1
        await asyncio.gather(*(self._system.kill("worker") for _ in range(2)))

    async def _dispatcher_before_commit(self) -> None:
        """After WeChat has the message, before the database knows."""
        with self._system.stalled_workers():
            await asyncio.sleep(STALL_S)
        fault = self._wechat.faults.add("slow", "message/custom/send", seconds=0.3)

        async def has_it() -> bool:
            return fault not in self._wechat.faults.orders

        if await self._within(has_it):
            self.n_aimed += 1
        await self._system.kill("dispatcher")
        self._wechat.faults.clear()

    async def _within(self, found: Callable[[], Awaitable[bool]]) -> bool:
        deadline = monotonic() + AIM_S
        while monotonic() < deadline:
            if await found():
                return True
            await asyncio.sleep(0.002)
        return False


async def until_all_has_ended(system: System, wechat: SimulatedWeChat) -> None:
    """Waits until no answer is on its way any more."""
    deadline = monotonic() + SETTLE_S
    while monotonic() < deadline:
        with suppress(Exception):
            n_waiting = await system.redis.xlen(system.keys.outgoing)
            n_waiting += await system.redis.xlen(system.keys.ready)
            n_waiting += await system.redis.xlen(system.keys.ready_urgent)
            n_waiting += await accounts.count_open(system.engine)
            if not n_waiting and await wechat.settle(quiet_s=1.0, timeout_s=1.5):
                return
        await asyncio.sleep(0.3)


async def write_again(system: System, wechat: SimulatedWeChat) -> int:
    """Lets everybody write for whom more than five answers waited; returns how many.

    WeChat allows five late answers to a message. What is held goes out with the next.
    """
    n_held = 0
    for _ in range(MOST_ROUNDS):
        people = await accounts.held_people(system.engine)
        if not people:
            break
        n_held = max(n_held, len(people))
        await asyncio.gather(*(wechat.resident(who).say(THANKS) for who in people))
        await until_all_has_ended(system, wechat)
    return n_held


@pytest.mark.timeout(900 if N_MESSAGES <= 500 else 7_200)
async def test_nothing_is_lost_doubled_or_mixed_up_by_kills(model_path: Path):
    options = Options(duplicate_rate=0.1, overlap_rate=0.1, reorder_rate=0.1, seed=SEED)
    chance, talk = random.Random(SEED), Talk()
    began = monotonic()
    async with running(model_path, options) as (system, wechat):
        each = -(-N_MESSAGES // N_RESIDENTS)
        questions = await learn_questions(wechat, each)
        plans = plan(
            questions, n_residents=N_RESIDENTS, n_messages=N_MESSAGES, chance=chance
        )
        ready_s = monotonic() - began
        killer = Killer(system, wechat, talk)
        started = monotonic()
        killing = asyncio.create_task(killer.run(N_KILLS, N_MESSAGES))
        await converse(wechat, talk, plans, per_second=PER_SECOND, chance=chance)
        talked_s = monotonic() - started
        await killing
        await until_all_has_ended(system, wechat)
        n_held = await write_again(system, wechat)
        account = await accounts.settle(talk, wechat, system.engine)
        account.n_held = n_held
        n_dead = await system.redis.xlen(system.keys.dead)
        report(
            account, system, wechat, killer, (ready_s, talked_s, monotonic() - began)
        )
    assert len(talk.said) == N_MESSAGES
    assert account.lost == []
    assert account.unseen == []
    assert account.n_tickets == account.n_tickets_expected
    assert account.out_of_order == []
    assert account.doubled_against_policy == []
    assert len(account.doubled) <= system.kills.total()
    assert n_dead == 0
    # No answer of ours was ever refused: only silence can have been shown as an error.
    assert {error.reason for error in wechat.errors} <= {"timeout", "network"}


def report(
    account: accounts.Account,
    system: System,
    wechat: SimulatedWeChat,
    killer: Killer,
    seconds: tuple[float, float, float],
) -> None:
    """Prints the figures."""
    lines = {
        "messages": len(account.fates),
        "further deliveries": account.n_repeated,
        "not acknowledged": account.n_unacknowledged,
        "kills": dict(system.kills),
        "of them aimed": killer.n_aimed,
        "lost": len(account.lost),
        "delivered but unseen": len(account.unseen),
        "states": dict(account.states),
        "answered passively": account.n_passive,
        "had to write again": account.n_held,
        "tickets": f"{account.n_tickets} of {account.n_tickets_expected}",
        "answered twice": len(account.doubled),
        "against policy": len(account.doubled_against_policy),
        "out of order": len(account.out_of_order),
        "error bubbles": [f"{e.reason}: {e.detail}" for e in wechat.errors],
        "seconds until ready, of talk, in all": [round(s, 1) for s in seconds],
    }
    for name, value in lines.items():
        sys.stderr.write(f"\n{name}: {value}")
    for name in ("lost", "unseen", "doubled", "doubled_against_policy"):
        for fate in getattr(account, name)[:5]:
            sys.stderr.write(f"\n  {name}: {describe(fate)}")
    for earlier, later in account.out_of_order[:5]:
        sys.stderr.write(f"\n  order: {describe(earlier)}\n     <-> {describe(later)}")
    sys.stderr.write("\n")


def describe(fate: accounts.Fate) -> str:
    """Says what became of a message."""
    shown = [(b.via, f"{b.at:%M:%S.%f}", b.seq) for b in fate.bubbles]
    acknowledged = (
        f"{fate.acknowledged_at:%M:%S.%f}" if fate.acknowledged_at else "never"
    )
    return (
        f"{fate.said.openid} {fate.said.text} sent {fate.first_sent_at:%M:%S.%f}"
        f" acknowledged {acknowledged} {fate.row} ticket {fate.number} shown {shown}"
    )
