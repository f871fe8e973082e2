"""Periodic tasks: one dispatcher does each, failures do not spread."""

import asyncio

import pytest

from dispatcher.periodic import Periodic, Task
from tests.conftest import NOW


@pytest.fixture
def build(conversations):
    def make(*tasks, name="d1", on_run=lambda *_: None):
        return Periodic(
            conversations.redis,
            conversations.keys,
            name,
            tasks,
            now=lambda: NOW,
            on_run=on_run,
        )

    return make


def counting(name="t", every_s=0.1):
    runs = []

    async def run(now):
        runs.append(now)
        return 1

    return Task(name, every_s, run), runs


async def test_of_several_dispatchers_one_does_it(build):
    task, runs = counting(every_s=30)
    done = [await build(task, name=f"d{n}").run_once(task) for n in range(3)]
    assert done == [True, False, False]
    assert runs == [NOW]


async def test_it_is_done_again_after_its_interval(build):
    task, runs = counting(every_s=0.1)
    stopping = asyncio.Event()
    running = asyncio.create_task(build(task).run(stopping))
    await asyncio.sleep(0.45)
    stopping.set()
    await running
    assert 3 <= len(runs) <= 5


async def test_a_failing_task_does_not_stop_the_others(build):
    async def fail(now):
        raise ValueError("defect")

    good, runs = counting("good")
    outcomes = []
    periodic = build(
        Task("bad", 30, fail), good, on_run=lambda *args: outcomes.append(args)
    )
    stopping = asyncio.Event()
    running = asyncio.create_task(periodic.run(stopping))
    await asyncio.sleep(0.15)
    stopping.set()
    await running
    assert runs
    assert ("bad", "failed") in outcomes
    assert ("good", "done") in outcomes
