"""Endpoints of the API: declared once, served, documented and tested from here."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, TypeVar

from pydantic import BaseModel

from desk.policy import Act

PATH_PATTERNS = {
    "number": r"\d{4}-\d{4,6}",
    "id": r"[0-9a-z]{1,64}",
    "staff": r"[A-Za-z0-9_:-]{1,64}",
    "format": r"csv|xlsx",
    "sheet": r"ledger|daily",
    "kind": r"service|matter",
    "item": r"[a-z][a-z0-9_]{0,63}",
    "model": r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}",
}
"""What a placeholder of a path may be; anything else is not found."""


class Entry(str, Enum):
    """Who comes in at all."""

    PUBLIC = "public"
    HALF = "half"
    """Signed in, with or without the second factor set up."""
    FULL = "full"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One operation of the API."""

    method: str
    path: str
    name: str
    summary: str
    tag: str
    handler: Callable[..., Awaitable[Any]]
    entry: Entry
    act: Act | None
    """Right that is checked before the handler runs, on the ticket if there is one."""
    takes: type[BaseModel] | None
    """Body of a change, query of a GET."""
    uploads: bool
    """The body is a file."""
    gives: type[BaseModel] | None
    """Answer; `None` means a file."""
    media: tuple[str, ...]
    """Media types of files that it gives or takes."""
    systems: bool
    """Open to API keys too."""

    @property
    def is_change(self) -> bool:
        """Whether it may change something; a GET never does."""
        return self.method != "GET"


Handler = TypeVar("Handler", bound=Callable[..., Awaitable[Any]])


@dataclass
class Endpoints:
    """Collects the endpoints of one module."""

    tag: str
    found: list[Endpoint] = field(default_factory=list)

    def get(self, path: str, **options: Any) -> Callable[[Handler], Handler]:
        """Declares a reading endpoint; `takes` describes the query."""
        return self._add("GET", path, options)

    def post(self, path: str, **options: Any) -> Callable[[Handler], Handler]:
        """Declares a changing endpoint; `takes` describes the JSON body."""
        return self._add("POST", path, options)

    def delete(self, path: str, **options: Any) -> Callable[[Handler], Handler]:
        """Declares an ending endpoint."""
        return self._add("DELETE", path, options)

    def _add(
        self, method: str, path: str, options: dict[str, Any]
    ) -> Callable[[Handler], Handler]:
        def keep(handler: Handler) -> Handler:
            doc = (handler.__doc__ or "").strip().splitlines()
            self.found.append(
                Endpoint(
                    method=method,
                    path=path,
                    name=handler.__name__,
                    summary=doc[0] if doc else handler.__name__,
                    tag=self.tag,
                    handler=handler,
                    entry=options.get("entry", Entry.FULL),
                    act=options.get("act"),
                    takes=options.get("takes"),
                    uploads=options.get("uploads", False),
                    gives=options.get("gives"),
                    media=options.get("media", ()),
                    systems=options.get("systems", False),
                )
            )
            return handler

        return keep
