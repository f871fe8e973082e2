"""Local facts: community first, then its street, then the county."""

from datetime import date

from community.catalog.model import Catalog


class LocalFacts:
    """Local facts as they hold for one place on one day."""

    def __init__(self, catalog: Catalog, place_id: str | None, today: date) -> None:
        """Resolves upwards from `place_id`.

        `None`, or a community that no file describes yet, means the default place.
        """
        self._facts: dict[str, str] = {}
        self.labels = catalog.local_labels
        default = catalog.places.get(catalog.default_place or "")
        place = catalog.places.get(place_id or "", default)
        seen: set[str] = set()
        while place is not None and place.id not in seen:
            seen.add(place.id)
            for key, fact in place.facts.items():
                if not fact.is_expired(today):
                    self._facts.setdefault(key, fact.value)
            place = catalog.places.get(place.parent or "")

    def get(self, key: str) -> str | None:
        """Returns the value, or `None` where nobody has filled it in."""
        return self._facts.get(key)

    def label(self, key: str) -> str:
        """Returns what the fact is called, for saying that it is missing."""
        return self.labels[key]
