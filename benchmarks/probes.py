"""`python -m benchmarks.probes NAME …`: measures one thing in a fresh process.

The last line of stdout is the result as JSON; everything else goes to stderr.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import json
import os
import random
import secrets
import signal
import sys
import time
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from benchmarks.measure import as_doc, latency, memory
from benchmarks.samples import VALIDATION

LENGTHS = (1, 10, 50, 100, 500, 1_000, 2_000)
PARSES_EACH = 200
CYCLE = 100
FORKS = 3
FORK_MESSAGES = 600
BUSY_S = 120.0
"""Long enough for the messages of the forks; a fork that died answers none."""


def import_rasa() -> Any:
    """Measures a process that has only imported Rasa's agent."""
    import rasa.core.agent  # noqa: F401 - the import is what is measured

    gc.collect()
    return as_doc(memory())


def train(data: str, output: str, name: str) -> Any:
    """Trains the assistant on a folder."""
    from bot.train import train_model

    path = train_model(Path(output), name=name, data=data)
    return {"model": str(path)}


def accuracy(model: str) -> Any:
    """Returns the share of validation messages whose best label is accepted."""
    from bot.evaluation import judge
    from bot.model import load_agent
    from bot.nlu.examples import read_examples

    agent = load_agent(Path(model), with_actions=False)
    judged = asyncio.run(judge(agent, read_examples(VALIDATION)))
    return {
        "messages": len(judged),
        "accuracy": round(sum(j.is_right for j in judged) / len(judged), 4),
    }


def parse(model: str) -> Any:
    """Measures understanding against the length of a message."""
    from bot.model import load_agent
    from bot.nlu.examples import read_examples
    from bot.parse import parse_text

    agent = load_agent(Path(model), with_actions=False)
    said = [example.text for example in read_examples(VALIDATION)]
    chance = random.Random(1)
    loop = asyncio.new_event_loop()
    for text in said[:50]:
        loop.run_until_complete(parse_text(agent, text))
    found = {}
    for length in LENGTHS:
        times, cpu = [], []
        for _ in range(PARSES_EACH):
            text = "，".join(chance.sample(said, 1 + length // 8))[:length]
            started, busy = time.perf_counter(), time.process_time()
            loop.run_until_complete(parse_text(agent, text))
            times.append(time.perf_counter() - started)
            cpu.append(time.process_time() - busy)
        found[str(length)] = latency(times) | {
            f"cpu_{name}": value for name, value in latency(cpu).items() if name != "n"
        }
    return found


def length(model: str, redis_url: str, database_url: str, n: str) -> Any:
    """Measures one resident's messages, one after another, in a long conversation."""
    return asyncio.run(_length(model, redis_url, database_url, int(n)))


async def _length(model: str, redis_url: str, database_url: str, n: int) -> Any:
    from actions.wiring import ports_from_settings, set_ports
    from adapters.redis_conversations import RedisConversations, open_redis
    from adapters.redis_keys import RedisKeys
    from adapters.settings import Settings
    from bot.model import load_agent
    from bot.worker import Worker

    ports = ports_from_settings(
        Settings.from_env(
            {"DATABASE_URL": database_url, "FIELD_KEY": secrets.token_hex(32)}
        )
    )
    set_ports(ports)
    redis = open_redis(redis_url)
    conversations = RedisConversations(redis, RedisKeys("length"), lease_s=15)
    agent = load_agent(Path(model), with_actions=True)
    worker = Worker(agent, conversations, ports.catalog, name="length")
    cycle = cycle_of_messages()

    async def say(resident: str, text: str) -> tuple[float, float]:
        inbound = new_inbound(resident, text)
        started, busy = time.perf_counter(), time.process_time()
        await conversations.accept(inbound)
        while not await worker.drain(inbound.conversation):
            await asyncio.sleep(0.001)
        taken = time.perf_counter() - started, time.process_time() - busy
        assert await conversations.stored_reply(inbound.id) is not None
        # Nobody reads the signals here: the worker is driven by hand.
        await redis.delete(conversations.keys.ready, conversations.keys.ready_urgent)
        return taken

    for text in cycle:
        await say("length:warm-up", text)
    times = [await say("length:resident", cycle[i % CYCLE]) for i in range(n)]
    n_dead = await redis.exists(conversations.keys.dead)
    await redis.aclose()
    return {
        "times_s": [round(wall, 6) for wall, _ in times],
        "cpu_s": [round(cpu, 6) for _, cpu in times],
        "dead_letters": n_dead,
    }


def cycle_of_messages() -> list[str]:
    """Returns the messages that a long conversation repeats."""
    from bot.nlu.examples import read_examples

    said = [example.text for example in read_examples(VALIDATION)]
    return random.Random(2).sample(said, CYCLE)


def new_inbound(conversation: str, text: str) -> Any:
    """Builds an inbound record of now."""
    from community.messages import Inbound, Kind

    return Inbound(
        id=f"{conversation}:{secrets.token_hex(8)}",
        conversation=conversation,
        channel="web",
        kind=Kind.TEXT,
        text=text,
        choice=None,
        received_at=datetime.now(timezone.utc),
    )


def second_model(model: str) -> Any:
    """Measures what another model adds to a process that has one and uses it."""
    from bot.model import load_agent
    from bot.parse import parse_text

    loop = asyncio.new_event_loop()
    agents, found = [], []
    for _ in range(2):
        agents.append(load_agent(Path(model), with_actions=False))
        for text in cycle_of_messages():
            loop.run_until_complete(parse_text(agents[-1], text))
        gc.collect()
        found.append(as_doc(memory()))
    return found


def forks(model: str) -> Any:
    """Measures the parent, then its forks after they have answered messages.

    Address and database come from the environment, as for a worker.
    """
    from actions.wiring import ports_from_settings
    from adapters.settings import Settings
    from bot.model import LoadedModel, broker_endpoint, load_agent
    from bot.process import serve

    settings = Settings.from_env()
    ports, endpoint = ports_from_settings(settings), broker_endpoint()
    ports.catalog()
    ports.places()
    loaded = LoadedModel(Path(model).name, load_agent(Path(model), with_actions=True))
    gc.collect()
    gc.freeze()
    parent = as_doc(memory())
    children = []
    for _ in range(FORKS):
        pid = os.fork()
        if pid == 0:
            try:
                asyncio.run(serve(loaded, settings, ports, lambda: None, endpoint))
            finally:
                os._exit(1)
        children.append(pid)
    try:
        asyncio.run(asyncio.wait_for(_busy(settings), timeout=BUSY_S))
        measured = [as_doc(memory(pid)) for pid in children]
    finally:
        for pid in children:
            os.kill(pid, signal.SIGTERM)
        for pid in children:
            os.waitpid(pid, 0)
    return {"parent": parent, "forks": measured}


async def _busy(settings: Any) -> None:
    from adapters.redis_conversations import RedisConversations, open_redis
    from adapters.redis_keys import RedisKeys

    redis = open_redis(settings.redis_url)
    conversations = RedisConversations(redis, RedisKeys(settings.redis_prefix))
    sent = [
        new_inbound(f"memory:{number}", text)
        for number in range(FORK_MESSAGES // CYCLE * 10)
        for text in cycle_of_messages()[number % 10 * 10 : number % 10 * 10 + 10]
    ]
    for inbound in sent:
        await conversations.accept(inbound)
    for inbound in sent:
        while await conversations.stored_reply(inbound.id) is None:
            await asyncio.sleep(0.02)
    await redis.aclose()


PROBES: dict[str, Callable[..., Any]] = {
    probe.__name__: probe
    for probe in (import_rasa, train, accuracy, parse, length, second_model, forks)
}


def main() -> None:
    """Runs the named probe; only its result reaches stdout."""
    name, *arguments = sys.argv[1:]
    with contextlib.redirect_stdout(sys.stderr):
        if name != "import_rasa":
            from adapters.logs import configure_logs

            configure_logs("benchmark", "WARNING")
        result = PROBES[name](*arguments)
    print(json.dumps(result), flush=True)


if __name__ == "__main__":
    main()
