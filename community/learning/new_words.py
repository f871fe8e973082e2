"""Words that several residents use and no example knows: what is new in the world.

The model may take a new item for a neighbour and be sure of it, so that nobody is
turned away; its words are new all the same.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence

from community.learning.grams import bare, key_of
from community.learning.radar import Asked, Topic, counted, shingles

KNOWN_FROM = 2
"""In so many examples a word is known."""
MIN_PERSONS = 3
MIN_WORDINGS = 2
"""What all say in the same words is one question that was passed on."""
MIN_CHARS = 3
"""Pairs of characters arise between words all the time."""
SAME_PERSONS = 0.7
"""Share of a word's residents from which it is a piece of another one's."""


def new_words(
    asked: Sequence[Asked],
    background: Iterable[str],
    names: Iterable[str] = (),
    *,
    min_persons: int = MIN_PERSONS,
) -> list[Topic]:
    """Returns new words with who said them, most residents first.

    Args:
        asked: Questions of residents, whatever became of them.
        background: The examples that the model learns from.
        names: Names of places and items: new in a message, but no news.
        min_persons: Words of fewer residents are left out.
    """
    said = _by_word(asked, _known(background, names))
    persons = {word: {one.person for one in found} for word, found in said.items()}
    wordings = {
        word: {key_of(one.text) for one in found} for word, found in said.items()
    }
    often = [
        word
        for word, found in persons.items()
        if len(found) >= min_persons and len(wordings[word]) >= MIN_WORDINGS
    ]
    kept: list[str] = []
    for word in sorted(often, key=lambda w: (-len(persons[w]) * (len(w) - 1), w)):
        if not any(_is_piece(word, other, persons) for other in kept):
            kept.append(word)
    last = max((one.at for one in asked), default=None)
    found = [counted(word, said[word], last) for word in kept if last is not None]
    return sorted(found, key=lambda t: (-t.n_persons, -t.growth, t.name))


def _known(background: Iterable[str], names: Iterable[str]) -> set[str]:
    counts: Counter[str] = Counter()
    for text in background:
        counts.update(set(shingles(text)))
    known = {gram for gram, n in counts.items() if n >= KNOWN_FROM}
    for name in names:
        known.update(shingles(name))
    return known


def _by_word(asked: Sequence[Asked], known: set[str]) -> dict[str, list[Asked]]:
    said: dict[str, list[Asked]] = defaultdict(list)
    for one in asked:
        for word in set(_words(one.text)):
            if word not in known:
                said[word].append(one)
    return said


def _words(text: str) -> Iterator[str]:
    return (gram for gram in shingles(bare(text)) if len(gram) >= MIN_CHARS)


def _is_piece(word: str, other: str, persons: dict[str, set[str]]) -> bool:
    """Whether mostly the same residents say both, and the words overlap."""
    overlap = any(word[i : i + 2] in other for i in range(len(word) - 1))
    shared = len(persons[word] & persons[other])
    return overlap and shared >= SAME_PERSONS * len(persons[word])
