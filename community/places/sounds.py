"""How characters sound, so that what was dictated or misspelt is found.

A sound is the pinyin of a character without tone, with those sounds folded that
speakers of the dialect and input methods mix up (zh/z, n/l, -ng/-n).
"""

from dataclasses import dataclass
from functools import lru_cache

from pypinyin import Style, lazy_pinyin

_INITIALS = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("n", "l"))
_FINALS = (("ang", "an"), ("eng", "en"), ("ing", "in"), ("ong", "on"))
_FIRST_SYMBOL = 0xE000
"""Start of Unicode's private area: a symbol is never a character of a text."""

SAME_SYLLABLE_COST = 0.3
FOLDED_COST = 0.5
WRONG_COST = 1.0


@lru_cache(maxsize=20_000)
def syllable(char: str) -> str:
    """Returns the pinyin of a character without tone; other characters are kept."""
    return str(lazy_pinyin(char, style=Style.NORMAL)[0])


@lru_cache(maxsize=20_000)
def folded(char: str) -> str:
    """Returns a syllable in which often confused sounds are the same."""
    sound = syllable(char)
    if sound == char:
        return char
    for final, plain in _FINALS:
        if sound.endswith(final):
            sound = sound.removesuffix(final) + plain
    for initial, plain in _INITIALS:
        if sound.startswith(initial):
            return plain + sound[len(initial) :]
    return sound


class SoundAlphabet:
    """Gives every folded syllable one symbol, so that texts compare as strings."""

    def __init__(self) -> None:
        """Starts without symbols."""
        self._symbols: dict[str, str] = {}

    def learn(self, text: str) -> str:
        """Encodes a name; new sounds get a symbol."""
        for char in text:
            symbol = chr(_FIRST_SYMBOL + len(self._symbols))
            self._symbols.setdefault(folded(char), symbol)
        return self.encode(text)

    def encode(self, text: str) -> str:
        """Encodes a text; a character of an unknown sound stays itself."""
        return "".join(self._symbols.get(folded(char), char) for char in text)


@dataclass(frozen=True, slots=True)
class Window:
    """Where in a text a name is nearest, and how near."""

    cost: float
    start: int
    end: int


def nearest(text: str, name: str) -> Window:
    """Finds a name in a text in spite of wrong, missing or surplus characters.

    A character that sounds alike costs a little, any other difference 1. The text
    before and after the name costs nothing.
    """
    row = [(0.0, start) for start in range(len(text) + 1)]
    for wanted in name:
        above = row
        row = [(above[0][0] + WRONG_COST, above[0][1])]
        for position, char in enumerate(text, start=1):
            cost, start = above[position - 1]
            row.append(
                min(
                    (cost + _difference(char, wanted), start),
                    (above[position][0] + WRONG_COST, above[position][1]),
                    (row[-1][0] + WRONG_COST, row[-1][1]),
                )
            )
    end = min(range(len(row)), key=lambda position: (row[position][0], position))
    return Window(cost=row[end][0], start=row[end][1], end=end)


def sound_cost(said: str, name: str) -> float:
    """Returns the cost of characters that sound alike; both have the same length."""
    return sum(map(_difference, said, name))


def _difference(char: str, wanted: str) -> float:
    if char == wanted:
        return 0.0
    if syllable(char) == syllable(wanted):
        return SAME_SYLLABLE_COST
    return FOLDED_COST if folded(char) == folded(wanted) else WRONG_COST
