"""The index of names: which name stands for what, and what people make of it."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import Enum

from community.places.model import NamedPlace, PlaceBook, PlaceKind
from community.places.numbers import normalise
from community.places.sounds import SoundAlphabet

SUFFIXES = {
    PlaceKind.ESTATE: (
        "家属院", "小区", "花园", "家园", "新村", "公寓", "大院", "花苑", "佳苑", "嘉园",
        "雅苑", "新区", "苑", "园", "院",
    ),
    PlaceKind.ROAD: ("大道", "大街", "胡同", "路", "街", "巷"),
    PlaceKind.VILLAGE: ("村", "庄", "屯"),
}  # fmt: skip
GENERIC = frozenset(suffix for kind in SUFFIXES.values() for suffix in kind)
VARIANT_SCORES = {
    PlaceKind.ESTATE: 0.7,
    PlaceKind.ROAD: 0.6,
    PlaceKind.VILLAGE: 0.85,
}
"""Another suffix than the name's: 村 and 庄 mean the same, 路 and 街 often do not."""
MIN_SOUND_CHARS = 3
"""Shorter names are found only as they are written: too many words sound like them."""


class TargetKind(str, Enum):
    """What a name stands for."""

    STREET = "street"
    COMMUNITY = "community"
    GRID = "grid"
    PLACE = "place"
    NOUN = "noun"


@dataclass(frozen=True, slots=True)
class Target:
    """What a name means, and how well it says so."""

    kind: TargetKind
    id: str
    """Of a street, community or grid; a noun itself; empty for a place."""
    place: NamedPlace | None = None
    score: float = 1.0
    needs_number: bool = False
    """A bare stem counts only before a building's number: 蜻蜓3号楼."""


def stem(name: str, kind: PlaceKind) -> str:
    """Returns a name without its suffix: 蜻蜓 of 蜻蜓小区."""
    for suffix in SUFFIXES.get(kind, ()):
        if name.endswith(suffix) and len(name) - len(suffix) >= 2:
            return name.removesuffix(suffix)
    return name


NOTHING: frozenset[int] = frozenset()


def _lengths_by_start(names: Iterable[str]) -> dict[str, frozenset[int]]:
    found: dict[str, set[int]] = defaultdict(set)
    for name in names:
        found[name[:1]].add(len(name))
    return {start: frozenset(lengths) for start, lengths in found.items()}


class NameIndex:
    """All names of a place book, by writing and by sound."""

    def __init__(self, book: PlaceBook) -> None:
        """Builds the index; afterwards it does not change."""
        self._alphabet = SoundAlphabet()
        self.targets: dict[str, list[Target]] = defaultdict(list)
        self._add_units(book)
        for place in book.places:
            self._add_place(place)
        for place in book.places:
            self._add_variants(place)
        real = [name for name in self.targets if self._is_full(name)]
        self.by_sound: dict[str, list[str]] = defaultdict(list)
        self.special = {name: self._special(name) for name in real}
        for name in real:
            encoded = self._alphabet.learn(name)
            if len(name) >= MIN_SOUND_CHARS:
                self.by_sound[encoded].append(name)
        self.sounds = list(self.by_sound)
        self._with_sound = _names_by_char(self.sounds)
        self._written = _lengths_by_start(self.targets)
        self._sounding = _lengths_by_start(self.by_sound)

    def lengths_from(self, char: str, sound: str) -> Collection[int]:
        """Returns how long names are that begin with a character, or sound like it."""
        written = self._written.get(char, NOTHING)
        sounding = self._sounding.get(sound, NOTHING)
        return written | sounding if written and sounding else written or sounding

    def sounding_near(self, sounds: str, share: float) -> list[str]:
        """Returns the encoded names that have at least a share of their sounds in a text.

        Wherever in the text, so most of them are none; what is left is worth a closer
        look. Names that are longer than the text by two are left out.
        """
        counts = [0] * len(self.sounds)
        for char in set(sounds):
            for number, times in self._with_sound.get(char, ()):
                counts[number] += times
        length = len(sounds)
        return [
            name
            for name, count in zip(self.sounds, counts, strict=True)
            if count
            and count >= share * min(len(name), length)
            and len(name) <= length + 1
        ]

    def encode(self, text: str) -> str:
        """Encodes a text as the names are encoded."""
        return self._alphabet.encode(text)

    def _special(self, name: str) -> str:
        """Returns what tells a name from others of its kind: 蜻蜓, 风筝, 前石磨."""
        place = self.targets[name][0].place
        if place is None:
            return name[:-2] or name
        if place.noun and len(name) - len(place.noun) >= 2:
            return name.removesuffix(place.noun)
        return stem(name, place.kind)

    def _is_full(self, name: str) -> bool:
        """Tells whether a name is one of the files, and not made from one."""
        return any(
            target.score == 1.0
            and not target.needs_number
            and target.kind is not TargetKind.NOUN
            for target in self.targets[name]
        )

    def _add_units(self, book: PlaceBook) -> None:
        for street in book.streets.values():
            for name in (street.name, *street.aliases):
                self._add(name, Target(TargetKind.STREET, street.id))
        for community in book.communities.values():
            for name in (community.name, *community.aliases):
                self._add(name, Target(TargetKind.COMMUNITY, community.id))
        for grid in book.grids.values():
            self._add(grid.name, Target(TargetKind.GRID, grid.id))

    def _add_place(self, place: NamedPlace) -> None:
        for name in place.names:
            self._add(name, Target(TargetKind.PLACE, "", place))
        if place.noun:
            target = Target(TargetKind.NOUN, place.noun)
            if target not in self.targets.get(place.noun, ()):
                self._add(place.noun, target)

    def _add_variants(self, place: NamedPlace) -> None:
        """Adds the stem with the other suffixes, unless that is a name by itself."""
        bare = stem(place.name, place.kind)
        if bare == place.name:
            return
        score = VARIANT_SCORES[place.kind]
        for suffix in SUFFIXES[place.kind]:
            if not self._is_known(bare + suffix):
                self._add(bare + suffix, Target(TargetKind.PLACE, "", place, score))
        if place.kind is PlaceKind.ESTATE and not self._is_known(bare):
            numbered = Target(TargetKind.PLACE, "", place, 0.9, needs_number=True)
            self._add(bare, numbered)

    def _is_known(self, name: str) -> bool:
        return name in self.targets and self._is_full(name)

    def _add(self, name: str, target: Target) -> None:
        self.targets[normalise(name)].append(target)


def _names_by_char(names: list[str]) -> dict[str, list[tuple[int, int]]]:
    """Returns for each character the numbers of the names with it, and how often."""
    found: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for number, name in enumerate(names):
        for char, times in Counter(name).items():
            found[char].append((number, times))
    return found
