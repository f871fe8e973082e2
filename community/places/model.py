"""Places as residents name them, and the grids that answer for them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum


class PlaceKind(str, Enum):
    """What a name stands for."""

    ESTATE = "estate"
    """Numbered buildings: 3号楼."""
    ROAD = "road"
    """House numbers, perhaps only the odd or even ones: 12号."""
    VILLAGE = "village"
    """Groups: 二组."""
    LANDMARK = "landmark"
    """A school, a bank, a market."""


class Side(str, Enum):
    """Which numbers of a road a part has."""

    ALL = "all"
    ODD = "odd"
    EVEN = "even"


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a place that lies in one grid."""

    grid: str
    spans: tuple[tuple[int, int], ...] = ()
    """Numbers, both ends included; none means all of the place."""
    labels: frozenset[str] = frozenset()
    """Buildings that have a letter instead of a number: A."""
    side: Side = Side.ALL

    def has(self, number: str) -> bool:
        """Tells whether a building, house or group of that number lies here."""
        if not self.spans and not self.labels:
            return self._on_side(number)
        if not number.isdigit():
            return number in self.labels
        within = any(low <= int(number) <= high for low, high in self.spans)
        return within and self._on_side(number)

    def _on_side(self, number: str) -> bool:
        if self.side is Side.ALL or not number.isdigit():
            return True
        return (int(number) % 2 == 1) == (self.side is Side.ODD)


@dataclass(frozen=True, slots=True)
class NamedPlace:
    """An estate, road, village or landmark within one community."""

    name: str
    kind: PlaceKind
    community: str
    parts: tuple[Part, ...]
    aliases: tuple[str, ...] = ()
    noun: str = ""
    """What people call it where everybody knows which: 小学."""
    across: str = ""
    """Grid on the other side of the road, for 对过."""
    namesake: bool = False
    """Another community has a place of the same name, and that is no mistake."""

    @property
    def grids(self) -> frozenset[str]:
        """All grids that it touches."""
        return frozenset(part.grid for part in self.parts)

    @property
    def names(self) -> tuple[str, ...]:
        """Name and aliases."""
        return (self.name, *self.aliases)


@dataclass(frozen=True, slots=True)
class Grid:
    """The smallest area that one worker answers for."""

    id: str
    name: str
    community: str


@dataclass(frozen=True, slots=True)
class Community:
    """Several grids with one station."""

    id: str
    name: str
    street: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Street:
    """Several communities: 街道."""

    id: str
    name: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PlaceBook:
    """Everything that the files say about places."""

    streets: Mapping[str, Street]
    communities: Mapping[str, Community]
    grids: Mapping[str, Grid]
    places: tuple[NamedPlace, ...]

    def names(self) -> Iterator[str]:
        """Yields all names and aliases, of streets down to places."""
        for street in self.streets.values():
            yield from (street.name, *street.aliases)
        for community in self.communities.values():
            yield from (community.name, *community.aliases)
        for grid in self.grids.values():
            yield grid.name
        for place in self.places:
            yield from place.names


class Why(str, Enum):
    """What a match rests on."""

    NAME = "name"
    """The name as it is written in the files."""
    SOUND = "sound"
    """A name that sounds alike, or has a typing error."""
    NOUN = "noun"
    """小学, where only one can be meant."""
    COMMUNITY = "community"
    """Only the community is known."""
    POINT = "point"
    """Coordinates."""
    SCENE = "scene"
    """The code of a grid."""


SURE = 0.8
"""From this score on, a single match needs no question."""


@dataclass(frozen=True, slots=True)
class PlaceMatch:
    """A place that a message may mean."""

    grid: str | None
    """`None` where only the community is known; its duty desk sorts it out."""
    community: str
    street: str
    score: float
    """0 to 1."""
    why: Why
    name: str
    """As a resident is asked: 蜻蜓小区1到12号楼."""


def is_sure(matches: tuple[PlaceMatch, ...]) -> bool:
    """Tells whether there is one match that needs no question."""
    return len(matches) == 1 and matches[0].score >= SURE
