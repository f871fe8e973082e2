"""Why a message deserves a look: what the dialogue around it shows.

Each reason has a weight. The weights order the review list; they never train a model.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from community.learning.entry import LogEntry
from community.learning.grams import grams, similarity

OUTSIDE = ("oos_gov", "oos_other")
SAME_DIALOGUE = timedelta(minutes=30)
REPHRASED_WITHIN = timedelta(minutes=1)
REPHRASED_SIMILARITY = 0.15
"""Somebody who says it again changes most of the words."""
LOW_MARGIN = 0.2
SURE_OUTSIDE = 0.9
NEW_SHARE = 0.4
YOUNG_AMONG = 3
"""A young item among so many best guesses is worth a look."""
MIN_GRAMS = 6
NOT_QUESTIONS = ("inform", "supplement", "repeat")
"""Answers to a form and the like: judged by the form, not by the classifier."""


class Reason(str, Enum):
    """Why a message is looked at."""

    ABSTAINED = "abstained"
    OUTSIDE = "outside"
    """Turned away for sure: worth a look only if many ask."""
    CLARIFIED = "clarified"
    NOT_OFFERED = "not_offered"
    """What was meant was not among the choices."""
    REPHRASED = "rephrased"
    DISLIKED = "disliked"
    HANDED_OVER = "handed_over"
    """A person was asked for right after an answer."""
    RECLASSIFIED = "reclassified"
    """A grid worker gave the ticket another matter."""
    LOW_MARGIN = "low_margin"
    NEW_WORDS = "new_words"
    YOUNG_ITEM = "young_item"
    """It may be about an item that has few examples yet."""
    SAMPLED = "sampled"
    """Drawn at random, to estimate how often answers are wrong."""


WEIGHTS: Mapping[Reason, float] = {
    Reason.RECLASSIFIED: 5.0,
    Reason.SAMPLED: 4.5,
    Reason.DISLIKED: 4.0,
    Reason.NOT_OFFERED: 4.0,
    Reason.ABSTAINED: 3.0,
    Reason.HANDED_OVER: 3.0,
    Reason.REPHRASED: 2.5,
    Reason.YOUNG_ITEM: 2.5,
    Reason.CLARIFIED: 2.0,
    Reason.LOW_MARGIN: 1.0,
    Reason.NEW_WORDS: 1.0,
    Reason.OUTSIDE: 0.5,
}


@dataclass(frozen=True, slots=True)
class Signal:
    """One reason to look at one turn."""

    turn: str
    """Pseudonym of the message."""
    person: str
    at: datetime
    reason: Reason
    suggested: str = ""
    """Label that the dialogue itself suggests; empty for none."""

    @property
    def weight(self) -> float:
        """How much this reason counts."""
        return WEIGHTS[self.reason]


def is_question(entry: LogEntry) -> bool:
    """Tells whether a turn is something the classifier had to understand."""
    return bool(
        entry.text
        and entry.ranking
        and not entry.chosen
        and entry.intent not in NOT_QUESTIONS
    )


def signals(
    turns: Sequence[LogEntry],
    is_known: Callable[[int], bool],
    young: Collection[str] = (),
) -> Iterator[Signal]:
    """Yields the reasons to look at one person's turns.

    Args:
        turns: In the order of time.
        is_known: Tells whether a gram occurs in the training data.
        young: Items with few examples.
    """
    for position, entry in enumerate(turns):
        if not is_question(entry):
            continue
        follower = turns[position + 1] if position + 1 < len(turns) else None
        if follower is not None and follower.at - entry.at > SAME_DIALOGUE:
            follower = None
        yield from (
            Signal(entry.message, entry.person, entry.at, reason, suggested)
            for reason, suggested in (
                *_by_decision(entry, follower),
                *_by_follower(entry, follower),
                *_by_words(entry, is_known),
                *_by_age(entry, young),
            )
        )


def _by_decision(
    entry: LogEntry, follower: LogEntry | None
) -> Iterator[tuple[Reason, str]]:
    if entry.decision == "abstain":
        is_sure = entry.label in OUTSIDE and entry.confidence >= SURE_OUTSIDE
        yield (Reason.OUTSIDE if is_sure else Reason.ABSTAINED), ""
    elif entry.decision == "clarify":
        chosen = follower.item if follower is not None and follower.chosen else None
        yield Reason.CLARIFIED, chosen or ""
        if follower is not None and follower.chosen and chosen is None:
            yield Reason.NOT_OFFERED, ""
    elif entry.margin < LOW_MARGIN:
        yield Reason.LOW_MARGIN, ""


def _by_follower(
    entry: LogEntry, follower: LogEntry | None
) -> Iterator[tuple[Reason, str]]:
    if follower is None:
        return
    if follower.intent == "talk_feedback_bad":
        yield Reason.DISLIKED, ""
    elif follower.intent == "talk_handoff" and entry.decision == "answer":
        yield Reason.HANDED_OVER, ""
    elif _is_rephrased(entry, follower):
        answered = follower.decision == "answer" and follower.item is not None
        yield Reason.REPHRASED, (follower.item or "") if answered else ""


def _is_rephrased(entry: LogEntry, follower: LogEntry) -> bool:
    if not is_question(follower) or follower.at - entry.at > REPHRASED_WITHIN:
        return False
    if follower.label.startswith("talk_") or follower.text == entry.text:
        return False
    return similarity(grams(entry.text), grams(follower.text)) >= REPHRASED_SIMILARITY


def _by_words(
    entry: LogEntry, is_known: Callable[[int], bool]
) -> Iterator[tuple[Reason, str]]:
    found = grams(entry.text)
    if len(found) < MIN_GRAMS:
        return
    if sum(not is_known(gram) for gram in found) / len(found) >= NEW_SHARE:
        yield Reason.NEW_WORDS, ""


def _by_age(entry: LogEntry, young: Collection[str]) -> Iterator[tuple[Reason, str]]:
    if any(label in young for label, _ in entry.ranking[:YOUNG_AMONG]):
        yield Reason.YOUNG_ITEM, ""


def reporting_turn(turns: Sequence[LogEntry], item: str | None) -> LogEntry | None:
    """Returns the message that opened a ticket, the newest that fits best.

    Args:
        turns: What the resident said before the ticket was filed, oldest first.
        item: What the ticket was filed as.
    """
    asked = [
        turn
        for turn in turns
        if is_question(turn) and not turn.label.startswith("talk_")
    ]
    for fits in (_is_named_first, _is_talked_of, _is_ranked):
        found = [turn for turn in asked if fits(turn, item)]
        if found:
            return found[-1]
    return asked[-1] if asked and item is None else None


def _is_named_first(turn: LogEntry, item: str | None) -> bool:
    return turn.label == item


def _is_talked_of(turn: LogEntry, item: str | None) -> bool:
    return item is not None and turn.item == item


def _is_ranked(turn: LogEntry, item: str | None) -> bool:
    return any(label == item for label, _ in turn.ranking)
