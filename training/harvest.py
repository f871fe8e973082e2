"""Looks through the dialogue log for what went badly; each turn is seen once."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime

from adapters.sql.harvest import Finding, SqlHarvest
from adapters.sql.question_scores import chunks
from community.learning.signals import signals

PERSONS_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Harvested:
    """What one harvest found."""

    n_turns: int
    n_signals: int


async def harvest(
    store: SqlHarvest,
    is_known: Callable[[int], bool],
    now: datetime,
    *,
    young: Collection[str] = (),
) -> Harvested:
    """Takes in everything that was logged since the last time.

    May be repeated and interrupted: signals are stored once, and the mark moves
    only at the end.

    Args:
        store: The log and the queue.
        is_known: Tells whether a gram occurs in the training data.
        now: Current instant, aware UTC.
        young: Items with few examples.
    """
    persons, mark = await store.new_persons()
    n_turns = n_signals = 0
    for some in chunks(persons, PERSONS_AT_ONCE):
        by_person = await store.turns_of(some)
        findings: list[Finding] = []
        for turns in by_person.values():
            n_turns += len(turns)
            entries = {entry.message: entry for entry in turns}
            findings += [
                Finding(entries[signal.turn], signal)
                for signal in signals(turns, is_known, young)
            ]
        n_signals += len(findings)
        await store.write(findings, now)
    if mark is not None:
        await store.finish(mark)
    return Harvested(n_turns, n_signals)
