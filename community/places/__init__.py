"""Where: from names, codes and coordinates to the grid that answers."""

from community.places.areas import Areas, polygon_of
from community.places.coordinates import CoordinateSystem
from community.places.gazetteer import SCENE_PREFIX, Gazetteer
from community.places.model import (
    SURE,
    Community,
    Grid,
    NamedPlace,
    Part,
    PlaceBook,
    PlaceKind,
    PlaceMatch,
    Side,
    Street,
    Why,
    is_sure,
)

__all__ = [
    "SCENE_PREFIX",
    "SURE",
    "Areas",
    "Community",
    "CoordinateSystem",
    "Gazetteer",
    "Grid",
    "NamedPlace",
    "Part",
    "PlaceBook",
    "PlaceKind",
    "PlaceMatch",
    "Side",
    "Street",
    "Why",
    "is_sure",
    "polygon_of",
]
