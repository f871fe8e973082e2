"""What is worked out of a whole catalogue once, and asked for with every message."""

from collections.abc import Callable
from functools import wraps
from typing import TypeVar

from community.catalog.model import Catalog

T = TypeVar("T")


def of_catalog(build: Callable[[Catalog], T]) -> Callable[[Catalog], T]:
    """Keeps what a function makes of the catalogue that it was asked for last.

    A catalogue never changes; an edited one is another object.
    """
    kept: list[tuple[Catalog, T]] = []

    @wraps(build)
    def derived(catalog: Catalog) -> T:
        if not kept or kept[0][0] is not catalog:
            kept[:] = [(catalog, build(catalog))]
        return kept[0][1]

    return derived
