"""Counts what the dialogue log and the reviews show, for the operators' dashboard."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.sql.learning import entry_of, transaction
from adapters.sql.tables.learning import annotation, question, question_signal, turn
from community.learning.entry import LogEntry
from community.learning.figures import Counts, Estimate, with_unclear
from community.learning.review import LABELS, Decision
from community.learning.signals import Reason

HANDOFF, GOOD, BAD = (
    '"action_handoff"',
    '"action_feedback_good"',
    '"action_feedback_bad"',
)
"""As they stand in the stored list of actions."""


@dataclass(frozen=True, slots=True)
class Span:
    """Which messages."""

    since: datetime
    until: datetime
    grid: str = ""
    item: str = ""
    outcome: str = ""
    """answered, abstained, clarified, person, emergency, good, bad or failed; empty for
    all."""


@dataclass(frozen=True, slots=True)
class Breakdown:
    """Counts of a span, over all and by grid and item."""

    total: Counts
    by_grid: dict[str, Counts]
    by_item: dict[str, int]


class SqlLearningFigures:
    """Reads figures; changes nothing."""

    def __init__(self, engine: AsyncEngine) -> None:
        """Uses an engine that somebody else closes."""
        self._engine = engine

    async def queue_counts(self) -> Counter[str]:
        """Returns how many questions are open, held and decided."""
        query = sa.select(question.c.status, sa.func.count()).group_by(
            question.c.status
        )
        async with transaction(self._engine, "figures") as connection:
            rows = (await connection.execute(query)).all()
        return Counter({row[0]: int(row[1]) for row in rows})

    async def breakdown(self, span: Span) -> Breakdown:
        """Counts the messages of a span."""
        resolved = (
            sa.select(question_signal.c.turn)
            .where(question_signal.c.kind == Reason.CLARIFIED.value)
            .where(question_signal.c.suggested != "")
        )
        item = sa.func.coalesce(turn.c.item, turn.c.label)
        columns = {
            "n_messages": sa.literal(1),
            "n_questions": _one(turn.c.decision != "", turn.c.chosen.is_(False)),
            "n_abstained": _one(turn.c.decision == "abstain"),
            "n_clarified": _one(turn.c.decision == "clarify"),
            "n_resolved": _one(
                turn.c.decision == "clarify", turn.c.message.in_(resolved)
            ),
            "n_person": _one(turn.c.actions.contains(HANDOFF)),
            "n_emergency": _one(turn.c.emergency.is_not(None)),
            "n_good": _one(turn.c.actions.contains(GOOD)),
            "n_bad": _one(turn.c.actions.contains(BAD)),
            "n_failed": _one(turn.c.decision == "failed"),
        }
        query = (
            sa.select(
                turn.c.grid,
                item.label("what"),
                *(sa.func.sum(c).label(name) for name, c in columns.items()),
            )
            .where(*_conditions(span))
            .group_by(turn.c.grid, item)
        )
        total = Counts()
        by_grid: dict[str, Counts] = defaultdict(Counts)
        by_item: Counter[str] = Counter()
        async with transaction(self._engine, "figures") as connection:
            for row in await connection.execute(query):
                counts = Counts(**{name: int(getattr(row, name)) for name in columns})
                total += counts
                by_grid[row.grid or ""] += counts
                if row.what and "/" in row.what:
                    by_item[row.what] += counts.n_questions
        return Breakdown(total, dict(by_grid), dict(by_item))

    async def wrong_answers(self, span: Span) -> Estimate | None:
        """Estimates the share of wrong answers from reviewed random samples."""
        judged = [*(one.value for one in LABELS), Decision.DISCARD.value]
        query = (
            sa.select(
                turn.c.label, annotation.c.label.label("right"), annotation.c.decision
            )
            .join(question_signal, question_signal.c.turn == turn.c.message)
            .join(annotation, annotation.c.question == question_signal.c.question)
            .where(question_signal.c.kind == Reason.SAMPLED.value)
            .where(annotation.c.undone_at.is_(None))
            .where(annotation.c.decision.in_(judged))
            .where(*_conditions(span))
        )
        async with transaction(self._engine, "figures") as connection:
            rows = (await connection.execute(query)).all()
        clear = [row for row in rows if row.decision != Decision.DISCARD.value]
        n_wrong = sum(row.label != row.right for row in clear)
        return with_unclear(n_wrong, len(clear), len(rows) - len(clear))

    async def sample(self, since: datetime, *, count: int) -> list[LogEntry]:
        """Draws answered messages at random that were not drawn before."""
        drawn = sa.select(question_signal.c.turn).where(
            question_signal.c.kind == Reason.SAMPLED.value
        )
        query = (
            sa.select(turn)
            .where(turn.c.at >= since, turn.c.decision == "answer", turn.c.text != "")
            .where(turn.c.chosen.is_(False), turn.c.emergency.is_(None))
            .where(turn.c.label.contains("/"), turn.c.message.not_in(drawn))
            .order_by(sa.func.random())
            .limit(count)
        )
        async with transaction(self._engine, "figures") as connection:
            return [entry_of(row) for row in await connection.execute(query)]

    async def turns(
        self, span: Span, *, limit: int, offset: int = 0
    ) -> Sequence[LogEntry]:
        """Returns the messages of a span, newest first."""
        query = (
            sa.select(turn)
            .where(*_conditions(span))
            .order_by(turn.c.at.desc(), turn.c.message)
            .limit(limit)
            .offset(offset)
        )
        async with transaction(self._engine, "figures") as connection:
            return [entry_of(row) for row in await connection.execute(query)]


def _one(*conditions: Any) -> Any:
    return sa.case((sa.and_(*conditions), 1), else_=0)


def _conditions(span: Span) -> list[Any]:
    found: list[Any] = [turn.c.at >= span.since, turn.c.at < span.until]
    if span.grid:
        found.append(turn.c.grid == span.grid)
    if span.item:
        found.append(sa.func.coalesce(turn.c.item, turn.c.label) == span.item)
    outcome = {
        "answered": turn.c.decision == "answer",
        "abstained": turn.c.decision == "abstain",
        "clarified": turn.c.decision == "clarify",
        "person": turn.c.actions.contains(HANDOFF),
        "emergency": turn.c.emergency.is_not(None),
        "good": turn.c.actions.contains(GOOD),
        "bad": turn.c.actions.contains(BAD),
        "failed": turn.c.decision == "failed",
    }.get(span.outcome)
    if outcome is not None:
        found.append(outcome)
    return found
