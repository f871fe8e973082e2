"""From what a resident says to the grid that answers; honest where it is unclear."""

import re
from collections.abc import Iterable
from functools import lru_cache

from community.places.areas import GCJ02, Areas
from community.places.coordinates import CoordinateSystem
from community.places.mentions import Mention, mentions_in
from community.places.model import (
    SURE,
    Grid,
    NamedPlace,
    PlaceBook,
    PlaceKind,
    PlaceMatch,
    Why,
)
from community.places.names import NameIndex, TargetKind
from community.places.numbers import as_said, normalise
from community.places.resolution import Options, combine, options_of

MAX_CHOICES = 3
NAMED = 0.7
"""A mention below this score is no place that one could cut out of a message."""
_TAIL = re.compile(
    r"(?:[的里,，]?(?:\d{1,4}|[A-Z])(?:号楼|栋|幢|座|号|#|单元|楼|层|室|小?组|队|排)"
    r"|-\d{1,4}|\d{3,4}|的?(?:那边|那块|那里|门口|旁边|附近|跟前|路口|底下|里头|里面"
    r"|对[面过门]|[东西南北前后](?:头|边|面|侧|门|角)|墙外))*"
)
"""What says more exactly where, behind a name."""
REMEMBERED = 64
"""Texts whose names are not looked for again."""
SCENE_PREFIX = "grid:"


class Gazetteer:
    """All places of a county; immutable once built."""

    def __init__(self, book: PlaceBook, areas: Areas | None = None) -> None:
        """Builds the indexes.

        Args:
            book: Names.
            areas: Polygons of the grids; without them coordinates find nothing.
        """
        self.book = book
        self.areas = areas or Areas({})
        index = NameIndex(book)
        # One message is looked at three times: where it is read, asked and filed.
        self._mentions = lru_cache(REMEMBERED)(
            lambda text: tuple(mentions_in(text, index))
        )

    def locate(
        self,
        text: str = "",
        *,
        latitude: float | None = None,
        longitude: float | None = None,
        system: CoordinateSystem = GCJ02,
        scene: str | None = None,
        community: str | None = None,
    ) -> tuple[PlaceMatch, ...]:
        """Finds the place that is meant.

        Args:
            text: What was said, of which a place may be a part.
            latitude: North, where a position was sent; it comes before the text.
            longitude: East.
            system: Of the coordinates; WeChat sends GCJ-02.
            scene: Scene of a code, `grid:<id>`; it comes before all else.
            community: Where the resident lives; decides between namesakes.

        Returns:
            Nothing where the place is unknown; one match, sure from a score of `SURE`;
            or two or three between which the resident must choose.
        """
        if scene is not None:
            return self._of_scene(scene)
        if latitude is not None and longitude is not None:
            return self._at(latitude, longitude, system)
        return self._named(normalise(text), community)

    def words_in(self, text: str, *, community: str | None = None) -> str | None:
        """Returns the words of a text that say where; `None` where it names no place.

        They reach from the first name to what follows the last: 麦穗庄小学后头.
        """
        plain = normalise(text)
        mentions = [m for m in self._mentions(plain) if not m.is_home]
        if all(m.score < NAMED for m in mentions) or not self._named(plain, community):
            return None
        last = max(mention.end for mention in mentions)
        tail = _TAIL.match(plain, last)
        words = plain[mentions[0].start : tail.end() if tail else last]
        return as_said(text, words)

    def match(self, grid: str) -> PlaceMatch | None:
        """Returns a grid as a sure match; `None` for an unknown one."""
        known = self.book.grids.get(grid)
        return None if known is None else self._grid_match(known, 1.0, Why.SCENE)

    def community_of(self, grid: str | None) -> str | None:
        """Returns the community of a grid."""
        known = self.book.grids.get(grid or "")
        return None if known is None else known.community

    def _of_scene(self, scene: str) -> tuple[PlaceMatch, ...]:
        found = self.match(scene.removeprefix(SCENE_PREFIX))
        is_ours = scene.startswith(SCENE_PREFIX)
        return (found,) if found is not None and is_ours else ()

    def _at(
        self, latitude: float, longitude: float, system: CoordinateSystem
    ) -> tuple[PlaceMatch, ...]:
        found = self.areas.at(latitude, longitude, system)
        return tuple(
            self._grid_match(self.book.grids[grid], score, Why.POINT)
            for grid, score in found[:MAX_CHOICES]
            if grid in self.book.grids
        )

    def _named(self, text: str, home: str | None) -> tuple[PlaceMatch, ...]:
        mentions = self._mentions(text)
        scope = self._scope(mentions)
        named = [
            options
            for mention in mentions
            if (options := options_of(mention, text, self.book, scope)).grids
        ]
        found = combine(named) or self._noun(mentions, text, home, scope)
        if found is None:
            return self._only_community(mentions)
        return self._matches(found, home)

    def _scope(self, mentions: Iterable[Mention]) -> frozenset[str] | None:
        """Returns the communities that a text names, itself or by the street."""
        communities: set[str] = set()
        streets: set[str] = set()
        for mention in mentions:
            for target in mention.targets:
                if target.kind is TargetKind.COMMUNITY:
                    communities.add(target.id)
                elif target.kind is TargetKind.STREET:
                    streets.add(target.id)
        of_streets = {
            c.id for c in self.book.communities.values() if c.street in streets
        }
        if communities and of_streets & communities:
            return frozenset(of_streets & communities)
        return frozenset(communities or of_streets) or None

    def _noun(
        self,
        mentions: Iterable[Mention],
        text: str,
        home: str | None,
        scope: frozenset[str] | None,
    ) -> Options | None:
        """Resolves 小学 in the community that is named, else where the resident lives.

        Without either it is asked about, if the county has but one.
        """
        near = scope or (frozenset({home}) if home else None)
        for mention in mentions:
            if mention.why is not Why.NOUN:
                continue
            options = options_of(mention, text, self.book, near)
            if near is not None and options.grids:
                return options
            if len(options.grids) == 1:
                return options.lowered(0.7)
        return None

    def _only_community(self, mentions: Iterable[Mention]) -> tuple[PlaceMatch, ...]:
        scope = self._scope(m for m in mentions if m.score >= SURE)
        if scope is None or len(scope) > MAX_CHOICES:
            return ()
        score = 1.0 if len(scope) == 1 else 0.5
        return tuple(self._community_match(c, score) for c in sorted(scope))

    def _matches(self, found: Options, home: str | None) -> tuple[PlaceMatch, ...]:
        grids = found.grids
        if len(grids) > 1 and home is not None:
            at_home = {
                grid: option
                for grid, option in grids.items()
                if self.book.grids[grid].community == home
            }
            grids = at_home or grids
        if len(grids) > MAX_CHOICES:
            return self._by_community(grids)
        several = len({self.book.grids[grid].community for grid in grids}) > 1
        return tuple(
            self._place_match(grid, option.place, option.score, found.why, several)
            for grid, option in sorted(grids.items())
        )

    def _by_community(self, grids: Iterable[str]) -> tuple[PlaceMatch, ...]:
        """Too many grids to choose from: the community's desk sorts it out."""
        communities = sorted({self.book.grids[grid].community for grid in grids})
        if len(communities) > MAX_CHOICES:
            return ()
        score = SURE if len(communities) == 1 else 0.5
        return tuple(self._community_match(c, score) for c in communities)

    def _community_match(self, community: str, score: float) -> PlaceMatch:
        known = self.book.communities[community]
        return PlaceMatch(
            None, known.id, known.street, score, Why.COMMUNITY, known.name
        )

    def _grid_match(self, grid: Grid, score: float, why: Why) -> PlaceMatch:
        community = self.book.communities[grid.community]
        return PlaceMatch(
            grid.id, community.id, community.street, score, why, grid.name
        )

    def _place_match(
        self,
        grid: str,
        place: NamedPlace | None,
        score: float,
        why: Why,
        with_community: bool,
    ) -> PlaceMatch:
        match = self._grid_match(self.book.grids[grid], score, why)
        if place is None:
            return match
        name = _part_name(place, grid)
        if with_community:
            community = self.book.communities[match.community].name
            name = name if name.startswith(community) else f"{community}{name}"
        return PlaceMatch(match.grid, match.community, match.street, score, why, name)


_COUNTED = {
    PlaceKind.ESTATE: "号楼",
    PlaceKind.ROAD: "号",
    PlaceKind.VILLAGE: "组",
    PlaceKind.LANDMARK: "",
}


def _part_name(place: NamedPlace, grid: str) -> str:
    """Returns how to ask for a part: 蜻蜓小区1到12号楼."""
    parts = [part for part in place.parts if part.grid == grid]
    if len(place.grids) == 1 or not parts:
        return place.name
    pieces = [
        *(
            f"{low}到{high}" if low != high else str(low)
            for part in parts
            for low, high in part.spans
        ),
        *(label for part in parts for label in sorted(part.labels)),
    ]
    side = {"odd": "单号", "even": "双号"}.get(parts[0].side.value, "")
    if not pieces:
        return f"{place.name}{side}"
    return f"{place.name}{'、'.join(pieces)}{side or _COUNTED[place.kind]}"
