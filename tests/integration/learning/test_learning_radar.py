"""`python -m training radar` and `draft`: what residents miss, without a browser."""

import argparse
import json
from collections.abc import Awaitable, Callable

import pytest

from tests.conftest import NOW
from tests.integration.learning.conftest import log_something
from training import queue_commands
from training.__main__ import parser
from training.loop import Loop

Run = Callable[..., Awaitable[int]]
NEW = ("暖冬包咋领", "今年的暖冬包给谁", "俺娘没领着暖冬包")


@pytest.fixture
def run(loop: Loop, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setattr(queue_commands, "now", lambda: NOW)

    async def command(*words: str) -> int:
        arguments: argparse.Namespace = parser().parse_args(["--by", "op", *words])
        return await queue_commands.COMMANDS[words[0]](loop, arguments)

    return command


async def test_a_new_word_is_shown_and_drafted_although_nobody_was_turned_away(
    loop: Loop, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    for number, text in enumerate(NEW):
        await log_something(loop, text, who=f"web:{number}")
    assert await run("radar") == 0
    shown = capsys.readouterr().out
    assert "新冒出来的说法" in shown
    assert "暖冬包：3 位居民" in shown
    assert await run("radar", "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert found["topics"] == []
    assert [word["name"] for word in found["new_words"]] == ["暖冬包"]
    assert await run("draft", "service", "暖冬包", "winter_parcel") == 0
    assert 'name: "暖冬包"' in capsys.readouterr().out


async def test_two_residents_are_too_few_for_a_new_word(
    loop: Loop, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    for number, text in enumerate(NEW[:2]):
        await log_something(loop, text, who=f"web:{number}")
    assert await run("radar") == 0
    assert "暖冬包" not in capsys.readouterr().out
