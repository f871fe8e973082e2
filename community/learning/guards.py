"""What is wrong with an example before it is accepted."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum

from community.learning.grams import bare, grams, similarity
from community.privacy import private_numbers

REDUNDANT = 0.8
"""An example this close to one of the same label teaches nothing."""
CONTRADICTS = 0.9
"""An example this close to one of another label makes both worse."""
SWING = 0.15
"""Share by which one round may change the number of a label's examples."""
SWING_FREE = 8
"""So many new examples of a label are never a swing."""
YOUNG = 80
"""Up to so many examples an item of the catalogue is still learning: it may swell."""
ONE_VOICE_TURNS = 5
"""From so many turns of a single resident on, somebody may be pushing."""
PER_PERSON = 5
"""Examples of one resident that may wait for one training."""


class Guard(str, Enum):
    """What a warning is about."""

    CONTRADICTION = "contradiction"
    REDUNDANT = "redundant"
    PERSONAL_DATA = "personal_data"
    BALANCE = "balance"
    ONE_VOICE = "one_voice"
    KEPT_OUT = "kept_out"
    """It is, or is nearly, a message that judges models."""
    TOO_SHORT = "too_short"


NEVER = frozenset({Guard.PERSONAL_DATA, Guard.KEPT_OUT, Guard.TOO_SHORT})
"""Warnings that nobody can overrule."""


@dataclass(frozen=True, slots=True)
class Objection:
    """One thing to know before an example is accepted."""

    guard: Guard
    text: str
    """Chinese, for the operator."""

    @property
    def is_final(self) -> bool:
        """It cannot be accepted as it is."""
        return self.guard in NEVER


@dataclass(frozen=True, slots=True)
class Known:
    """An example that is there already."""

    text: str
    label: str


class ExampleIndex:
    """Finds examples that are like a text; follows the data from version to version."""

    def __init__(self, examples: Iterable[Known], kept_out: Iterable[str] = ()) -> None:
        """Indexes the training data and the sets that judge models."""
        self._examples: list[Known | None] = []
        self._grams: list[frozenset[int]] = []
        self._by_gram: dict[int, list[int]] = defaultdict(list)
        self._kept_out: set[str] = set()
        self.counts: Counter[str] = Counter()
        self.update(examples, kept_out)

    def update(self, examples: Iterable[Known], kept_out: Iterable[str] = ()) -> None:
        """Takes in what has changed; costs about as much as the change is large."""
        wanted = Counter(examples)
        present = Counter(known for known in self._examples if known is not None)
        gone = present - wanted
        for position, known in enumerate(self._examples):
            if known is not None and gone[known] > 0:
                gone[known] -= 1
                self._remove(position)
        for known in (wanted - present).elements():
            self._add(known)
        self._kept_out = {bare(text) for text in kept_out}
        self.counts = Counter(known.label for known in wanted.elements())

    def _add(self, known: Known) -> None:
        position, found = len(self._examples), grams(known.text)
        self._examples.append(known)
        self._grams.append(found)
        for gram in found:
            self._by_gram[gram].append(position)

    def _remove(self, position: int) -> None:
        for gram in self._grams[position]:
            places = self._by_gram[gram]
            places.remove(position)
            if not places:
                del self._by_gram[gram]
        self._examples[position], self._grams[position] = None, frozenset()

    def is_known(self, gram: int) -> bool:
        """Tells whether a gram occurs in the training data."""
        return gram in self._by_gram

    def young(self) -> frozenset[str]:
        """Returns items of the catalogue that have few examples yet."""
        return frozenset(
            label for label, n in self.counts.items() if "/" in label and n < YOUNG
        )

    def is_kept_out(self, text: str) -> bool:
        """Tells whether a text judges models."""
        return bare(text) in self._kept_out

    def nearest(self, text: str, *, count: int = 3) -> list[tuple[float, Known]]:
        """Returns the most similar examples, best first."""
        found = grams(text)
        common = Counter(p for gram in found for p in self._by_gram.get(gram, ()))
        near = [
            (similarity(found, self._grams[position]), known)
            for position, _ in common.most_common(40)
            if (known := self._examples[position]) is not None
        ]
        return sorted(near, key=lambda pair: -pair[0])[:count]


@dataclass(frozen=True, slots=True)
class Asked:
    """What the guards must know of a question besides its text."""

    text: str
    n_persons: int
    n_turns: int
    persons_waiting: int = 0
    """Most accepted examples of one of its residents that wait for training."""
    was: str = ""
    """Label that it had and loses: what it was speaks neither for nor against it."""


def objections(
    asked: Asked, label: str, index: ExampleIndex, waiting: Counter[str]
) -> list[Objection]:
    """Returns what speaks against an example.

    Args:
        asked: The question.
        label: What it is to mean.
        index: The training data.
        waiting: Accepted examples of each label that are not trained yet.
    """
    found = [*_by_text(asked.text, index), *_by_likeness(asked, label, index)]
    n_now, n_new = index.counts[label], waiting[label] + 1
    is_young = "/" in label and n_now + n_new <= YOUNG
    if n_new > max(SWING_FREE, SWING * n_now) and not is_young:
        found.append(
            Objection(
                Guard.BALANCE,
                f"这一轮已给这一项加了 {n_new - 1} 条（原有 {n_now} 条），再加会压过别的项",
            )
        )
    if asked.n_persons <= 1 and asked.n_turns >= ONE_VOICE_TURNS:
        found.append(
            Objection(
                Guard.ONE_VOICE, f"同一位居民说了 {asked.n_turns} 遍，别人没这么问过"
            )
        )
    if asked.persons_waiting >= PER_PERSON:
        found.append(
            Objection(
                Guard.ONE_VOICE,
                f"这一轮已有 {asked.persons_waiting} 条来自同一位居民",
            )
        )
    return found


def _by_text(text: str, index: ExampleIndex) -> Sequence[Objection]:
    found = []
    if private_numbers(text):
        found.append(Objection(Guard.PERSONAL_DATA, "里面有电话、证件号或卡号"))
    if index.is_kept_out(text):
        found.append(Objection(Guard.KEPT_OUT, "这句在考核集里，不能拿来训练"))
    if len(bare(text)) < 2:
        found.append(Objection(Guard.TOO_SHORT, "太短，教不出东西"))
    return found


def _by_likeness(asked: Asked, label: str, index: ExampleIndex) -> Sequence[Objection]:
    found = []
    near = [
        (score, known)
        for score, known in index.nearest(asked.text, count=4)
        if (known.label, bare(known.text)) != (asked.was, bare(asked.text))
    ][:3]
    for score, known in near:
        if known.label == label and score >= REDUNDANT:
            found.append(Objection(Guard.REDUNDANT, f"已有差不多的一条：{known.text}"))
            break
    for score, known in near:
        if known.label != label and score >= CONTRADICTS:
            found.append(
                Objection(
                    Guard.CONTRADICTION,
                    f"与已有的一条相反（那条归 {known.label}）：{known.text}",
                )
            )
            break
    return found
