"""Decided questions that turn out wrong: found again, reopened or given another label."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from community.errors import AnnotationRefusedError
from community.learning.review import Decision, Question, Review, Verdict


@dataclass(frozen=True, slots=True)
class DecidedQuestion:
    """A question with the decision that holds."""

    question: int
    version: int
    annotation: int
    """Grows from one decision to the next."""
    text: str
    decision: Decision
    label: str
    """Empty where nothing is learned from it."""
    by: str
    at: datetime
    note: str
    is_written: bool
    """It is in the training data already."""
    judges: bool
    """It judges models and never trains one."""


@dataclass(frozen=True, slots=True)
class DecidedQuery:
    """Which decided questions to show."""

    text: str = ""
    """Contained in the message."""
    label: str = ""
    before: int = 0
    """Annotation of the last one of the page before; 0 for the newest."""
    limit: int = 50


class DecidedStore(Protocol):
    """Where decided questions are kept."""

    async def find(self, query: DecidedQuery) -> list[DecidedQuestion]:
        """Returns decided questions, newest decision first."""

    async def standing(self, ids: Sequence[int]) -> Mapping[int, str]:
        """Returns the label that each question has now; empty for none."""

    async def revise(
        self,
        questions: Sequence[Question],
        verdict: Verdict | None,
        labels: Mapping[int, str],
        reason: str,
        by: str,
        now: datetime,
    ) -> str:
        """Takes decisions back and stores new ones, all or none; returns the batch.

        Raises:
            ConflictError: Somebody else has changed one of them meanwhile.
        """


class Revision:
    """Corrects decisions of any age, by whomever they were."""

    def __init__(self, store: DecidedStore, review: Review) -> None:
        """Binds the store, and the review with its guards."""
        self._store = store
        self._review = review

    async def revise(
        self,
        versions: Mapping[int, int],
        reason: str,
        by: str,
        now: datetime,
        *,
        verdict: Verdict | None = None,
    ) -> str:
        """Takes decisions back, and decides anew where a verdict is given.

        What was in the training data leaves it, or changes its label, at the next
        training. The old decision stays on record with who took it back.

        Args:
            versions: The questions, as the operator saw them.
            reason: What was wrong; audited.
            by: Who corrects.
            now: Current instant, aware UTC.
            verdict: What they mean; `None` puts them back into the review list.

        Returns:
            The batch of the new decisions, to be taken back with `undo`.

        Raises:
            AnnotationRefusedError: The reason is missing, a label is unknown, or a
                guard stands against it.
            ConflictError: Somebody else was first.
            NotFoundError: A question does not exist (any more).
        """
        if not reason.strip():
            raise AnnotationRefusedError(["要写一句哪里不对"])
        found = await self._review.store.questions(list(versions))
        questions = [replace(q, version=versions[q.id]) for q in found]
        labels: dict[int, str] = {}
        if verdict is not None:
            standing = await self._store.standing(list(versions))
            labels = await self._review.check(questions, verdict, instead_of=standing)
        return await self._store.revise(
            questions, verdict, labels, reason.strip(), by, now
        )
