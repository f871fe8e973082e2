"""The three levels that answer for a matter: 网呼街应、街呼县应."""

from enum import Enum


class Tier(str, Enum):
    """Who has to act, from the nearest to the highest."""

    GRID = "grid"
    STREET = "street"
    COUNTY = "county"

    @property
    def above(self) -> "Tier":
        """The next tier; the county stays the county."""
        order = list(Tier)
        return order[min(order.index(self) + 1, len(order) - 1)]
