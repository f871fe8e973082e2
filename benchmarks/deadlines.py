"""Question 5: are deadlines right? A million cases against a brute-force oracle."""

from __future__ import annotations

import random
import time
from datetime import date, datetime, timedelta, timezone
from typing import Any

import chinese_calendar
import numpy as np

from benchmarks.measure import machine
from benchmarks.results import Aim, Result, at_most
from community.calendar import CHINA
from community.tickets.clocks import WorkTime, shifted

CASES = 1_000_000
FIRST, LAST = date(2006, 1, 1), date(2026, 12, 31)
LAST_START = date(2026, 9, 1)
"""Later starts would run out of the years whose holidays are known."""
DAYS = (1, 2, 3, 4, 5, 7, 10, 15)
MINUTES_A_DAY = 1_440
OFFICE_MINUTES = ((510, 720), (840, 1_050))
START = datetime(FIRST.year, 1, 1, tzinfo=CHINA)
SHOWN_WRONG = 5


class MinuteTable:
    """Every minute of 21 years, worked or not, and how many were worked before it.

    It is filled minute by minute from the calendar's days; the deadline is looked up
    as the first minute at which the count is reached. Nothing skips or multiplies.
    """

    def __init__(self) -> None:
        """Fills the table."""
        n_days = (LAST - FIRST).days + 1
        of_day = np.zeros(MINUTES_A_DAY, dtype=bool)
        for minute in range(MINUTES_A_DAY):
            of_day[minute] = any(a <= minute < b for a, b in OFFICE_MINUTES)
        rest = np.zeros(MINUTES_A_DAY, dtype=bool)
        worked = np.concatenate(
            [
                of_day
                if chinese_calendar.is_workday(FIRST + timedelta(days=n))
                else rest
                for n in range(n_days)
            ]
        )
        self._before = np.concatenate([[0], np.cumsum(worked)])

    def add(self, start: int, minutes: int) -> int:
        """Returns the first minute mark at which so many minutes were worked."""
        wanted = self._before[start] + minutes
        return int(np.searchsorted(self._before, wanted, side="left"))

    def elapsed(self, start: int, end: int) -> int:
        """Returns how many minutes were worked between two marks."""
        return int(self._before[end] - self._before[start])


def at(mark: int) -> datetime:
    """Returns the instant of a minute mark."""
    return (START + timedelta(minutes=mark)).astimezone(timezone.utc)


def measure(cases: int = CASES, *, seed: int = 1) -> dict[str, Any]:
    """Compares deadlines, elapsed times and pauses; returns counts and times."""
    dice, table = random.Random(seed), MinuteTable()
    known: dict[date, bool] = {}

    def is_workday(day: date) -> bool:
        if day not in known:
            known[day] = chinese_calendar.is_workday(day)
        return known[day]

    work = WorkTime(is_workday)
    last = (LAST_START - FIRST).days * MINUTES_A_DAY
    wrong: list[str] = []
    began = time.perf_counter()
    for _ in range(cases):
        start = dice.randrange(last)
        minutes = (
            dice.choice(DAYS) * 420 if dice.random() < 0.7 else dice.randrange(1, 6_300)
        )
        due = table.add(start, minutes)
        found = work.add(at(start), timedelta(minutes=minutes))
        if found != at(due):
            wrong.append(f"{at(start)} + {minutes} min: {found}, not {at(due)}")
        if dice.random() < 0.2:
            wrong += _pause(dice, table, work, start, due)
    return {
        "cases": cases,
        "wrong": len(wrong),
        "examples": wrong[:SHOWN_WRONG],
        "seconds": time.perf_counter() - began,
    }


def _pause(
    dice: random.Random, table: MinuteTable, work: WorkTime, start: int, due: int
) -> list[str]:
    """A pause within the time gives back exactly what was left."""
    paused = start + dice.randrange(max(1, due - start))
    resumed = paused + dice.randrange(20 * MINUTES_A_DAY)
    left = table.elapsed(paused, due)
    expected = at(table.add(resumed, left)) if left else at(resumed)
    found = shifted(at(due), at(paused), at(resumed), work)
    return [] if found == expected else [f"pause {at(paused)}: {found}, not {expected}"]


def run(*, reuse: bool = False) -> Result:
    """Runs the question; `reuse` changes nothing."""
    figures = measure()
    each_us = figures["seconds"] / figures["cases"] * 1e6
    return Result(
        name="deadlines",
        question="Are deadlines right, with holidays, make-up days and pauses?",
        data=f"{figures['cases']:,} random cases over the years 2006 to 2026, a fifth of them with a pause",
        command="python -m benchmarks deadlines",
        machine=machine(),
        columns=["cases", "wrong", "time a case, oracle included"],
        rows=[[f"{figures['cases']:,}", str(figures["wrong"]), f"{each_us:.0f} µs"]],
        aims=[
            Aim(
                "no case differs from the oracle",
                str(figures["wrong"]),
                figures["wrong"] == 0,
            ),
            at_most("time a case", each_us, 500, " µs"),
        ],
        notes=["The oracle is a table of all minutes, filled minute by minute."],
        figures=figures,
    )
