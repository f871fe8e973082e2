"""Polygons of the grids: which one holds a point, and do they tile the county."""

import math
from collections.abc import Iterator, Mapping

from shapely import STRtree, unary_union
from shapely.affinity import scale
from shapely.geometry import Point, Polygon, shape
from shapely.geometry.base import BaseGeometry

from community.places.coordinates import (
    CoordinateSystem,
    metres_per_degree,
    to_wgs84,
)

GCJ02 = CoordinateSystem.GCJ02
BORDER_M = 20.0
"""Nearer to a border than this, a telephone's position may lie on either side."""
OUTSIDE_M = 150.0
"""A point this far outside is still offered as a guess."""
TOLERANCE_M2 = 25.0
"""Smaller gaps and overlaps come from rounding."""


class Areas:
    """The grids' polygons, in WGS-84, measured in metres."""

    def __init__(self, polygons: Mapping[str, BaseGeometry]) -> None:
        """Builds the spatial index; polygons have longitude and latitude in degrees."""
        bounds = [polygon.bounds for polygon in polygons.values()]
        middle = (bounds[0][1] + bounds[0][3]) / 2 if bounds else 0.0
        self._north_m, self._east_m = metres_per_degree(middle)
        self._names = list(polygons)
        self._metric = [self._to_metres(polygon) for polygon in polygons.values()]
        self._tree = STRtree(self._metric)

    def at(
        self, latitude: float, longitude: float, system: CoordinateSystem = GCJ02
    ) -> list[tuple[str, float]]:
        """Returns grids and scores for a position, the best first.

        Two or more near a border; one with a low score just outside; none far away.
        """
        if not (math.isfinite(latitude) and math.isfinite(longitude)):
            return []
        north, east = to_wgs84(latitude, longitude, system)
        point = Point(east * self._east_m, north * self._north_m)
        near = self._tree.query(point.buffer(OUTSIDE_M), predicate="intersects")
        distances = sorted(
            (self._metric[number].distance(point), self._names[number])
            for number in near
        )
        if not distances:
            return []
        if distances[0][0] > 0:
            return [(distances[0][1], 0.5)]
        within = [name for distance, name in distances if distance <= BORDER_M]
        score = 1.0 if len(within) == 1 else 0.5
        return [(name, score) for name in within]

    def problems(self, outline: BaseGeometry | None = None) -> Iterator[str]:
        """Yields every invalid polygon, overlap and gap.

        Args:
            outline: The area that must be covered; without it only holes are found.
        """
        broken = [
            name
            for name, polygon in zip(self._names, self._metric, strict=True)
            if not polygon.is_valid or polygon.is_empty
        ]
        if broken:
            yield from (f"{name}: the polygon crosses itself" for name in broken)
            return
        yield from self._overlaps()
        whole = unary_union(self._metric)
        if outline is not None:
            metric = self._to_metres(outline)
            yield from self._gaps(metric.difference(whole))
            outside = whole.difference(metric)
            if outside.area > TOLERANCE_M2:
                yield f"{outside.area:.0f} m² of the grids lie outside the outline"
            return
        for piece in _pieces(whole):
            for ring in piece.interiors:
                yield from self._gaps(Polygon(ring))

    def _overlaps(self) -> Iterator[str]:
        pairs = self._tree.query(self._metric, predicate="intersects")
        for one, other in zip(*pairs, strict=True):
            if one >= other:
                continue
            area = self._metric[one].intersection(self._metric[other]).area
            if area > TOLERANCE_M2:
                names = f"{self._names[one]} and {self._names[other]}"
                yield f"{names} overlap by {area:.0f} m²"

    def _gaps(self, gap: BaseGeometry) -> Iterator[str]:
        for piece in _pieces(gap):
            if piece.area <= TOLERANCE_M2:
                continue
            spot = piece.representative_point()
            east, north = spot.x / self._east_m, spot.y / self._north_m
            around = self._tree.query(piece.buffer(1.0), predicate="intersects")
            names = ", ".join(sorted(self._names[n] for n in around)) or "no grid"
            yield (
                f"gap of {piece.area:.0f} m² at {north:.5f}, {east:.5f} between {names}"
            )

    def _to_metres(self, polygon: BaseGeometry) -> BaseGeometry:
        return scale(
            polygon, xfact=self._east_m, yfact=self._north_m, origin=(0.0, 0.0)
        )


def polygon_of(
    geometry: Mapping[str, object], system: CoordinateSystem
) -> BaseGeometry:
    """Reads a GeoJSON polygon or multipolygon into WGS-84.

    Raises:
        ValueError: It is not one, or its coordinates are no degrees.
    """
    if geometry.get("type") not in ("Polygon", "MultiPolygon"):
        raise ValueError(f"expected a polygon, found {geometry.get('type')!r}")
    try:
        found = shape(geometry)
    except (TypeError, IndexError, AttributeError, KeyError) as err:
        raise ValueError(f"the coordinates are malformed: {err}") from err
    if found.is_empty:
        raise ValueError("it has no coordinates")
    west, south, east, north = found.bounds
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise ValueError("the coordinates are no longitudes and latitudes")
    if system is CoordinateSystem.WGS84:
        return found
    return shape(
        {**geometry, "coordinates": _converted(geometry["coordinates"], system)}
    )


def _converted(coordinates: object, system: CoordinateSystem) -> object:
    assert isinstance(coordinates, list | tuple)
    if coordinates and isinstance(coordinates[0], int | float):
        latitude, longitude = to_wgs84(coordinates[1], coordinates[0], system)
        return [longitude, latitude]
    return [_converted(item, system) for item in coordinates]


def _pieces(geometry: BaseGeometry) -> Iterator[Polygon]:
    for piece in getattr(geometry, "geoms", [geometry]):
        if isinstance(piece, Polygon) and not piece.is_empty:
            yield piece
