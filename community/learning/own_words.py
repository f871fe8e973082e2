"""Sentences that operators write themselves, so that a new item need not wait.

They become decided questions like those of residents: guarded, listed, corrected and
taken back in the same ways. Nobody's deletion takes them out.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol

from community.errors import AnnotationRefusedError
from community.learning.grams import key_of
from community.learning.guards import Asked, Guard, objections
from community.learning.review import Decision, Review, Verdict, cleaned

OWN_WORDS = "own-words"
"""Stands for the model in a question that no model was asked."""
NOTE = "自己写的"


class OwnWordsStore(Protocol):
    """Where the sentences are kept."""

    async def known(self, texts: Sequence[str]) -> Collection[str]:
        """Returns keys of the texts that were decided already."""

    async def add(self, texts: Sequence[str], now: datetime) -> list[int]:
        """Returns the question of each text; makes those that are not there."""


class OwnWords:
    """Takes in what operators write."""

    def __init__(self, store: OwnWordsStore, review: Review) -> None:
        """Binds the store, and the review with its guards."""
        self._store = store
        self._review = review

    async def add(
        self,
        label: str,
        texts: Sequence[str],
        by: str,
        now: datetime,
        *,
        despite: frozenset[Guard] = frozenset(),
    ) -> str:
        """Accepts sentences as examples of a label, all or none.

        Args:
            label: What they mean.
            texts: As a resident would say it.
            by: Who wrote them.
            now: Current instant, aware UTC.
            despite: Warnings that were seen and overruled; they are audited.

        Returns:
            The batch, to be taken back with `undo`.

        Raises:
            AnnotationRefusedError: The label is unknown, or a guard stands against it.
        """
        wanted = list({key_of(text): cleaned(text) for text in texts}.values())
        reasons = await self._against(label, wanted, despite)
        if reasons:
            raise AnnotationRefusedError(reasons)
        ids = await self._store.add(wanted, now)
        verdict = Verdict(Decision.RELABEL, label=label, note=NOTE, despite=despite)
        return await self._review.decide(ids, verdict, by, now)

    async def _against(
        self, label: str, texts: Sequence[str], despite: frozenset[Guard]
    ) -> list[str]:
        if label not in self._review.labels:
            return [f"没有这一项：{label}"]
        known = await self._store.known(texts)
        waiting = await self._review.store.waiting()
        reasons = [f"{text}：已经看过" for text in texts if key_of(text) in known]
        for text in texts:
            reasons += [
                f"{text}：{found.text}"
                for found in objections(
                    Asked(text, 0, 0), label, self._review.index, waiting
                )
                if found.is_final or found.guard not in despite
            ]
            waiting[label] += 1
        return reasons or ([] if texts else ["一句也没有"])
