"""WGS-84 (satellites, most files) and GCJ-02 (maps in China, WeChat) coordinates.

The offset between the two is known only as an approximation that everybody uses; it
errs by about a metre. Its inverse is found by iteration.
"""

import math
from enum import Enum

_SEMI_MAJOR_M = 6_378_245.0
_ECCENTRICITY_SQUARED = 0.006_693_421_622_965_943
_ORIGIN_LATITUDE, _ORIGIN_LONGITUDE = 35.0, 105.0
_SOUTH, _NORTH, _WEST, _EAST = 0.8293, 55.8271, 72.004, 137.8347


class CoordinateSystem(str, Enum):
    """How latitude and longitude are meant."""

    GCJ02 = "GCJ-02"
    WGS84 = "WGS-84"


def to_wgs84(
    latitude: float, longitude: float, system: CoordinateSystem
) -> tuple[float, float]:
    """Returns latitude and longitude in WGS-84."""
    if system is CoordinateSystem.WGS84:
        return latitude, longitude
    guess = latitude, longitude
    for _ in range(6):
        seen = gcj02_of(*guess)
        guess = (guess[0] + latitude - seen[0], guess[1] + longitude - seen[1])
    return guess


def gcj02_of(latitude: float, longitude: float) -> tuple[float, float]:
    """Returns GCJ-02 for WGS-84; outside China both are the same."""
    if not (_SOUTH <= latitude <= _NORTH and _WEST <= longitude <= _EAST):
        return latitude, longitude
    north, east = _offset_m(latitude - _ORIGIN_LATITUDE, longitude - _ORIGIN_LONGITUDE)
    sine = math.sin(math.radians(latitude))
    magic = 1 - _ECCENTRICITY_SQUARED * sine * sine
    meridian_m = (
        _SEMI_MAJOR_M * (1 - _ECCENTRICITY_SQUARED) / (magic * math.sqrt(magic))
    )
    parallel_m = _SEMI_MAJOR_M / math.sqrt(magic) * math.cos(math.radians(latitude))
    return (
        latitude + math.degrees(north / meridian_m),
        longitude + math.degrees(east / parallel_m),
    )


def _offset_m(y: float, x: float) -> tuple[float, float]:
    """Returns the offset to the north and to the east, in metres."""
    wave = 20 * math.sin(6 * x * math.pi) + 20 * math.sin(2 * x * math.pi)
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y
    north += 0.2 * math.sqrt(abs(x)) + wave * 2 / 3
    north += (20 * math.sin(y * math.pi) + 40 * math.sin(y / 3 * math.pi)) * 2 / 3
    north += (
        (160 * math.sin(y / 12 * math.pi) + 320 * math.sin(y * math.pi / 30)) * 2 / 3
    )
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y
    east += 0.1 * math.sqrt(abs(x)) + wave * 2 / 3
    east += (20 * math.sin(x * math.pi) + 40 * math.sin(x / 3 * math.pi)) * 2 / 3
    east += (
        (150 * math.sin(x / 12 * math.pi) + 300 * math.sin(x / 30 * math.pi)) * 2 / 3
    )
    return north, east


def metres_per_degree(latitude: float) -> tuple[float, float]:
    """Returns the length of a degree to the north and to the east."""
    return 111_320.0, 111_320.0 * math.cos(math.radians(latitude))
