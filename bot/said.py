"""What the assistant said and offered, for the dialogue log: masked like the question.

An answer may repeat a resident's words, as the summary of a report does. They stand
in the log once already, masked by their entities; here a mark takes their place.
"""

from __future__ import annotations

from typing import Any, Iterable, Iterator, List, Mapping, Sequence, Tuple

from bot.tracker_store import PendingTurn
from community.replies import Choices, Emergency, Image, ItemList, Link, Part, Text
from community.tickets.masking import masked

THEIR_WORDS = "〔居民的话〕"
"""Stands where an answer repeats a resident."""
SLOTS = (
    "report_what",
    "report_place",
    "report_which",
    "report_since",
    "report_contact",
    "told_place",
    "unclear_text",
    "question",
    "parked_report",
)
"""Where a conversation keeps residents' words."""
SHORTEST = 2
MAX_CHARS = 2_000
"""Of one answer; longer ones end with an ellipsis."""


def answer_of(parts: Sequence[Part], theirs: Iterable[str]) -> Tuple[str, ...]:
    """Returns the masked lines of an answer, without its choices."""
    words = sorted({w for w in theirs if len(w) >= SHORTEST}, key=len, reverse=True)
    lines: List[str] = []
    left = MAX_CHARS
    for line in _lines(parts):
        for word in words:
            line = line.replace(word, THEIR_WORDS)
        line = masked(line)
        lines.append(line if len(line) <= left else line[:left] + "…")
        left -= len(line)
        if left <= 0:
            break
    return tuple(lines)


def offered_in(parts: Sequence[Part]) -> Tuple[str, ...]:
    """Returns the titles that could be tapped, in order."""
    return tuple(
        masked(choice.title)
        for part in parts
        if isinstance(part, Choices)
        for choice in part.items
    )


def words_of_resident(pending: PendingTurn, said: str) -> Iterator[str]:
    """Yields what the resident said, now and earlier, as the answer may repeat it."""
    yield said
    told: Mapping[str, Any] = pending.facts.slots
    before = pending.tracker
    for slot in SLOTS:
        yield from _texts(told.get(slot))
        if before is not None:
            yield from _texts(before.get_slot(slot))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, (list, tuple)):
        for one in value:
            yield from _texts(one)


def _lines(parts: Sequence[Part]) -> Iterator[str]:
    for part in parts:
        if isinstance(part, (Text, Emergency)):
            yield part.text
        elif isinstance(part, ItemList):
            yield part.title
            yield from part.items
        elif isinstance(part, Choices) and part.prompt:
            yield part.prompt
        elif isinstance(part, Link):
            yield part.title
        elif isinstance(part, Image):
            yield part.alt
