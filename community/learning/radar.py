"""Unmet needs: what residents ask that is not in the catalogue, by topic and week.

What is new in the words of all questions, `community.learning.new_words` finds.
"""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from community.learning.grams import bare, key_of

SAME_TOPIC = 0.22
"""Cosine from which two wordings are about the same thing."""
NAME_CHARS = 4
EXAMPLES = 8
MIN_IDF = 2.0
"""N-grams more common than this (怎么, 哪里) say nothing of the topic."""
_HAN = re.compile(r"[\u4e00-\u9fff]+")
_ASKING = re.compile(
    "怎么办|怎么弄|怎么|咋办|咋弄|咋|哪里|哪儿|哪块|什么|为什么|多少|可以|能不能|"
    "需要|请问|你们|我们|咱们|俺们|这个|那个|一下|的话|不是|有没有|办理|知道|"
    "[的了咋哪啥吗呢俺我你他们这那在去个几把都就也还不是有到往给跟和]"
)


@dataclass(frozen=True, slots=True)
class Asked:
    """One question of a resident."""

    text: str
    person: str
    at: datetime


@dataclass(slots=True)
class Topic:
    """Questions about one thing."""

    name: str
    weeks: dict[str, int]
    """ISO week → different residents."""
    n_persons: int
    n_messages: int
    examples: tuple[str, ...]
    """Different wordings, most asked first."""
    growth: float
    """Residents of the last week over the mean of the weeks before; 1 is steady."""


@dataclass(slots=True)
class _Heap:
    total: Counter[str] = field(default_factory=Counter)
    members: list[str] = field(default_factory=list)


def topics(
    asked: Sequence[Asked], background: Iterable[str], *, min_persons: int = 2
) -> list[Topic]:
    """Returns what is missing, most residents first.

    A resident counts once a topic and week, however often they ask.

    Args:
        asked: Questions outside the catalogue.
        background: Any messages: they tell which words are common.
        min_persons: Topics of fewer residents are left out.
    """
    by_key: dict[str, list[Asked]] = defaultdict(list)
    for one in asked:
        by_key[key_of(one.text)].append(one)
    idf = _Idf([found[0].text for found in by_key.values()], background)
    heaps = _heaps(by_key, idf)
    last = max((one.at for one in asked), default=None)
    found = []
    for heap in heaps:
        groups = [by_key[key] for key in heap.members]
        together = [one for group in groups for one in group]
        if last is not None:
            found.append(counted(_name(heap, groups), together, last))
    kept = [topic for topic in found if topic.n_persons >= min_persons]
    return sorted(kept, key=lambda t: (-t.n_persons, -t.growth, t.name))


def week_of(at: datetime) -> str:
    """Returns the ISO week, such as `2026-W48`."""
    year, week, _ = at.isocalendar()
    return f"{year}-W{week:02d}"


def shingles(text: str) -> Iterator[str]:
    """Yields character pairs, triples and quadruples of the topic's words."""
    for run in _HAN.findall(_ASKING.sub("|", bare(text))):
        for size in (2, 3, 4):
            for start in range(len(run) - size + 1):
                yield run[start : start + size]


class _Idf:
    def __init__(self, texts: Iterable[str], background: Iterable[str]) -> None:
        self._counts: Counter[str] = Counter()
        self._n = 0
        for text in (*texts, *background):
            self._counts.update(set(shingles(text)))
            self._n += 1

    def vector(self, text: str) -> dict[str, float]:
        weights = {
            gram: idf
            for gram in set(shingles(text))
            if (idf := self.of(gram)) >= MIN_IDF
        }
        norm = math.sqrt(sum(w * w for w in weights.values()))
        return {gram: w / norm for gram, w in weights.items()} if norm else {}

    def of(self, gram: str) -> float:
        return math.log((1 + self._n) / (1 + self._counts[gram]))


def _heaps(by_key: dict[str, list[Asked]], idf: _Idf) -> list[_Heap]:
    """Gathers wordings around leaders, the most asked first."""
    heaps: list[_Heap] = []
    norms: list[float] = []
    by_gram: dict[str, set[int]] = defaultdict(set)
    order = sorted(by_key, key=lambda key: (-len({a.person for a in by_key[key]}), key))
    for key in order:
        vector = idf.vector(by_key[key][0].text)
        scores: dict[int, float] = defaultdict(float)
        for gram, weight in vector.items():
            for number in by_gram.get(gram, ()):
                scores[number] += weight * heaps[number].total[gram] / norms[number]
        number, score = max(scores.items(), key=lambda s: s[1], default=(-1, 0.0))
        if score < SAME_TOPIC:
            number = len(heaps)
            heaps.append(_Heap())
            norms.append(0.0)
        heap = heaps[number]
        heap.members.append(key)
        heap.total.update(vector)
        norms[number] = math.sqrt(sum(w * w for w in heap.total.values())) or 1.0
        for gram in vector:
            by_gram[gram].add(number)
    return heaps


def counted(name: str, asked: Sequence[Asked], last: datetime) -> Topic:
    """Returns a topic with its questions by week and resident.

    Args:
        name: What it is called.
        asked: Its questions.
        last: When any question was last asked: the week that growth speaks of.
    """
    by_week: dict[str, set[str]] = defaultdict(set)
    by_wording: dict[str, list[Asked]] = defaultdict(list)
    for one in asked:
        by_week[week_of(one.at)].add(one.person)
        by_wording[key_of(one.text)].append(one)
    weeks = {week: len(found) for week, found in sorted(by_week.items())}
    wordings = sorted(
        by_wording.values(),
        key=lambda group: (-len({one.person for one in group}), group[0].text),
    )
    return Topic(
        name=name,
        weeks=weeks,
        n_persons=len({one.person for one in asked}),
        n_messages=len(asked),
        examples=tuple(group[0].text for group in wordings[:EXAMPLES]),
        growth=_growth(weeks, week_of(last)),
    )


def _name(heap: _Heap, groups: list[list[Asked]]) -> str:
    """Names a topic by the words that most of its wordings share."""
    shared: Counter[str] = Counter()
    for group in groups:
        shared.update(set(shingles(group[0].text)))
    best = sorted(
        heap.total,
        key=lambda gram: (-shared[gram] * heap.total[gram] * len(gram), gram),
    )
    return best[0] if best else groups[0][0].text[:NAME_CHARS]


def _growth(weeks: dict[str, int], this_week: str) -> float:
    before = [n for week, n in weeks.items() if week != this_week]
    now = weeks.get(this_week, 0)
    if not before:
        return float(now)
    return round(now / (sum(before) / len(before)), 2)
