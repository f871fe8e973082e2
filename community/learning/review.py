"""Review: operators decide what messages mean, one at a time or a cluster at once."""

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from typing import Protocol

from community.errors import AnnotationRefusedError
from community.learning.guards import (
    Asked,
    ExampleIndex,
    Guard,
    Objection,
    objections,
)
from community.learning.signals import OUTSIDE
from community.learning.splits import TRAIN

_MARK = re.compile(r"〔[^〕]*〕")


class Decision(str, Enum):
    """What an operator makes of a question."""

    ACCEPT = "accept"
    """The suggested label is right."""
    RELABEL = "relabel"
    OUT_OF_SCOPE = "out_of_scope"
    DISCARD = "discard"
    """Nothing to learn from it."""
    HOLD = "hold"
    """A colleague should look at it."""


LABELS = frozenset({Decision.ACCEPT, Decision.RELABEL, Decision.OUT_OF_SCOPE})
"""Decisions that make an example."""


@dataclass(frozen=True, slots=True)
class Question:
    """One distinct masked text that residents asked."""

    id: int
    text: str
    cluster: int
    status: str
    """open, held or decided."""
    version: int
    """Grows with each decision: who decides names the version that they saw."""
    split: str
    score: float
    n_persons: int
    n_turns: int
    ranking: tuple[tuple[str, float], ...]
    decision: str
    """What the model decided."""
    facets: tuple[str, ...]
    emergency: str | None
    suggested: str
    """Label that residents' own choices suggest; empty for none."""
    reasons: tuple[str, ...]
    held_by: str | None
    last_at: datetime
    turn: str
    """One turn that asked it, for the dialogue around it."""

    @property
    def suggestion(self) -> str:
        """Best guess: what residents chose, else what the model ranks first."""
        return self.suggested or (self.ranking[0][0] if self.ranking else OUTSIDE[1])


@dataclass(frozen=True, slots=True)
class Cluster:
    """Near-duplicate questions, to be labelled in one action."""

    id: int
    score: float
    n_questions: int
    n_persons: int
    n_turns: int
    questions: tuple[Question, ...]
    """The strongest open ones, at most `QUESTIONS_SHOWN`."""
    claimed_by: str | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """A decision with everything that belongs to it."""

    decision: Decision
    label: str = ""
    """For `RELABEL`; for `OUT_OF_SCOPE` `oos_gov` or `oos_other`."""
    facets: tuple[str, ...] | None = None
    """What was asked; `None` leaves facets unmarked."""
    emergency: str | None = None
    note: str = ""
    despite: frozenset[Guard] = frozenset()
    """Warnings that were seen and overruled; they are audited."""


class ReviewStore(Protocol):
    """Where questions and annotations are kept."""

    async def clusters(
        self, operator: str, now: datetime, *, limit: int, claim: bool, held: bool
    ) -> list[Cluster]:
        """Returns open clusters, best first; skips what others have claimed."""

    async def questions(self, ids: Sequence[int]) -> list[Question]:
        """Returns questions in the order of `ids`.

        Raises:
            NotFoundError: One of them does not exist.
        """

    async def waiting(self) -> Counter[str]:
        """Returns the accepted examples of each label that are not trained yet."""

    async def persons_waiting(self, ids: Sequence[int]) -> Mapping[int, int]:
        """Returns for each question the most waiting examples of one asker."""

    async def decide(
        self,
        questions: Sequence[Question],
        verdict: Verdict,
        labels: Mapping[int, str],
        by: str,
        now: datetime,
    ) -> str:
        """Stores one decision on some questions, all or none; returns its batch.

        Raises:
            ConflictError: Somebody else has decided one of them meanwhile.
        """

    async def undo(self, by: str, now: datetime, *, batch: str | None) -> int:
        """Takes a batch back, the operator's newest by default; returns how many.

        Raises:
            NotFoundError: There is nothing to take back.
        """


def cleaned(text: str) -> str:
    """Returns a masked text as it goes into training data: without the marks."""
    return re.sub(r"\s+", " ", _MARK.sub("", text)).strip()


class Review:
    """What the review page and the command line do."""

    def __init__(
        self, store: ReviewStore, index: ExampleIndex, labels: Collection[str]
    ) -> None:
        """Binds the store.

        Args:
            store: Questions and annotations.
            index: The training data as they are now.
            labels: All labels of the catalogue and the domain.
        """
        self.store = store
        self.index = index
        self.labels = frozenset(labels)

    async def next(
        self,
        operator: str,
        now: datetime,
        *,
        limit: int = 20,
        claim: bool = False,
        held: bool = False,
    ) -> list[Cluster]:
        """Returns what is worth most, best first."""
        return await self.store.clusters(
            operator, now, limit=limit, claim=claim, held=held
        )

    async def warn(
        self, ids: Sequence[int], label: str, *, instead_of: str = ""
    ) -> dict[int, list[Objection]]:
        """Returns what speaks against labelling questions so.

        Args:
            ids: The questions.
            label: What they would mean.
            instead_of: Label that they had, where a decision is corrected.
        """
        questions = await self.store.questions(ids)
        return await self._warnings(
            questions,
            {q.id: label for q in questions},
            {q.id: instead_of for q in questions},
        )

    async def _warnings(
        self,
        questions: Sequence[Question],
        labels: Mapping[int, str],
        instead_of: Mapping[int, str] | None = None,
    ) -> dict[int, list[Objection]]:
        was = instead_of or {}
        waiting = await self.store.waiting()
        persons = await self.store.persons_waiting([q.id for q in questions])
        found: dict[int, list[Objection]] = {}
        for question in questions:
            if question.split != TRAIN:
                found[question.id] = []
                continue
            text = cleaned(question.text)
            asked = Asked(
                text,
                question.n_persons,
                question.n_turns,
                persons.get(question.id, 0),
                was=was.get(question.id, ""),
            )
            found[question.id] = objections(
                asked, labels[question.id], self.index, waiting
            )
            waiting[labels[question.id]] += 1
        return found

    async def decide(
        self,
        ids: Sequence[int],
        verdict: Verdict,
        by: str,
        now: datetime,
        *,
        versions: Mapping[int, int] | None = None,
    ) -> str:
        """Decides questions in one action.

        Questions of residents who judge models make no example, so nothing is
        wrong with them; the others pass the guards.

        Args:
            ids: The questions.
            verdict: What they mean.
            by: Who decides.
            now: Current instant, aware UTC.
            versions: What the operator saw; any version by default.

        Returns:
            The batch, to be taken back with `undo`.

        Raises:
            AnnotationRefusedError: A label is unknown, or a guard stands against it.
            ConflictError: Somebody else was first.
            NotFoundError: A question does not exist (any more).
        """
        questions = await self.store.questions(ids)
        if versions is not None:
            # The store refuses a version that is not the newest, and knows by whom.
            questions = [replace(q, version=versions.get(q.id, -1)) for q in questions]
        labels = await self.check(questions, verdict)
        return await self.store.decide(questions, verdict, labels, by, now)

    async def check(
        self,
        questions: Sequence[Question],
        verdict: Verdict,
        *,
        instead_of: Mapping[int, str] | None = None,
    ) -> dict[int, str]:
        """Returns the label that each question gets by a verdict.

        Args:
            questions: What is decided.
            verdict: What they mean.
            instead_of: Labels that they had, where a decision is corrected.

        Raises:
            AnnotationRefusedError: A label is unknown, or a guard stands against it.
        """
        labels = {q.id: self._label(q, verdict) for q in questions}
        if verdict.decision in LABELS:
            await self._refuse(questions, verdict, labels, instead_of)
        return labels

    def _label(self, question: Question, verdict: Verdict) -> str:
        if verdict.decision is Decision.ACCEPT:
            return verdict.label or question.suggestion
        if verdict.decision is Decision.OUT_OF_SCOPE:
            return verdict.label or OUTSIDE[1]
        return verdict.label if verdict.decision is Decision.RELABEL else ""

    async def _refuse(
        self,
        questions: Sequence[Question],
        verdict: Verdict,
        labels: Mapping[int, str],
        instead_of: Mapping[int, str] | None,
    ) -> None:
        unknown = sorted({n for n in labels.values() if n not in self.labels})
        if unknown:
            raise AnnotationRefusedError([f"没有这一项：{name}" for name in unknown])
        if verdict.decision is Decision.OUT_OF_SCOPE:
            inside = sorted({n for n in labels.values() if n not in OUTSIDE})
            if inside:
                raise AnnotationRefusedError([f"不是目录外：{name}" for name in inside])
        found = await self._warnings(questions, labels, instead_of)
        reasons = [
            f"{cleaned(question.text)}：{objection.text}"
            for question in questions
            for objection in found[question.id]
            if objection.is_final or objection.guard not in verdict.despite
        ]
        if reasons:
            raise AnnotationRefusedError(reasons)

    async def undo(self, by: str, now: datetime, *, batch: str | None = None) -> int:
        """Takes a decision back; what was trained already goes at the next writing."""
        return await self.store.undo(by, now, batch=batch)
