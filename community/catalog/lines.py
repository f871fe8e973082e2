"""The lines of a service's texts that a few words touch: 房东不配合, 自己交的, 有个存折."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence

from community.catalog.derived import of_catalog
from community.catalog.facets import Facet
from community.catalog.model import Catalog, Service, Statement
from community.catalog.pairs import pairs
from community.catalog.topics import topics_said

CLOSE = 7.0
"""Sum of the shared pairs' weights (natural logarithm of one over their share of all
lines) from which a line is about the words: two rare pairs, or one of the rarest."""
_OF_NOBODY = frozenset({Facet.CONTACT, Facet.POLICY_BASIS})
"""Facets whose lines tell nothing about a case."""
_OF_NO_CASE = _OF_NOBODY | {Facet.FEE, Facet.PROGRESS, Facet.ONLINE}
"""Facets whose lines share topics with a case, and say nothing that depends on it."""
MAX_LINES = 3
_ENDS = re.compile(r"(?<=[。；])")
_OF_ANY_LINE = frozenset(
    "我你您他她它们的了是不能可以有没要这那在就都也和跟给到会得个一上下申请当地知道"
)
"""Characters of small words: a pair of them tells nothing."""
_HERE = "这里"
"""In the part of a boundary rule that is about the service itself."""
_DENIES = re.compile(r"不是")
"""我不是自己辞的: the line about 自己辞的 would say the opposite."""


def closest_line(service: Service, text: str, catalog: Catalog) -> str | None:
    """Returns the line that says most about a message, or `None` where none does.

    Args:
        service: The service talked of.
        text: A fact or a question of a few words.
        catalog: Tells rare words from common ones.
    """
    if _DENIES.search(text):
        return None
    counts, n_lines = _counts_of(catalog)
    asked = _pairs(text) - _pairs(service.name) - _pairs(service.short_name)
    best, closest = CLOSE, None
    for line in _lines_of(service):
        shared = asked & _pairs(line)
        weight = sum(math.log(n_lines / counts[pair]) for pair in shared)
        if weight >= best and (weight > best or closest is None):
            best, closest = weight, line
    return closest


def touched_lines(
    service: Service, text: str, asked: Sequence[Facet], catalog: Catalog
) -> tuple[str, ...]:
    """Returns the few lines that a fact touches, those of one aspect.

    A line that shares its words wins, then the lines about most of the same topics.
    Where nothing of the service does, a rule says which other one deals with it.

    Args:
        service: The service talked of.
        text: What was told.
        asked: Aspects that were asked before, looked at next after who qualifies.
        catalog: Tells rare words from common ones.
    """
    closest = closest_line(service, text, catalog)
    if closest is not None:
        return (closest,)
    topics = () if _DENIES.search(text) else topics_said(text)
    best, found = 0, list[str]()
    for lines in _by_aspect(service, asked):
        counted = [(sum(1 for t in topics if t.search(line)), line) for line in lines]
        most = max((n for n, _ in counted), default=0)
        if most > best:
            best, found = most, [line for n, line in counted if n == most]
    return tuple(found[:MAX_LINES])


def lines_naming(service: Service, words: str) -> tuple[str, ...]:
    """Returns the first lines that hold a few words as they are: 到期, 租房补贴."""
    lines = (line for line in _lines_of(service) if words in line)
    return tuple(dict.fromkeys(lines))[:MAX_LINES]


def is_line_of(statement: Statement, line: str) -> bool:
    """Tells whether a line stands in a statement."""
    return line in _lines(statement)


def _by_aspect(service: Service, asked: Sequence[Facet]) -> Iterator[list[str]]:
    order = dict.fromkeys((Facet.ELIGIBILITY, *asked))
    yield from (list(_lines(service.facets[f])) for f in order if f not in _OF_NOBODY)
    yield list(_lines(service.overview))
    for facet, statement in service.facets.items():
        if facet not in order and facet not in _OF_NO_CASE:
            yield list(_lines(statement))
    rules = (_ENDS.split(rule.rule) for rule in service.not_here)
    yield [part for parts in rules for part in parts if part and _HERE not in part]


def _lines_of(service: Service) -> Iterator[str]:
    yield from _lines(service.overview)
    for facet, statement in service.facets.items():
        if facet not in _OF_NOBODY:
            yield from _lines(statement)


def _lines(statement: Statement) -> Iterator[str]:
    yield from (part.strip() for part in _ENDS.split(statement.text) if part.strip())
    yield from statement.items


def _pairs(text: str) -> set[str]:
    runs = re.findall(r"\w+", text)
    return {
        pair for run in runs for pair in pairs(run) if not _OF_ANY_LINE.issuperset(pair)
    }


@of_catalog
def _counts_of(catalog: Catalog) -> tuple[Counter[str], int]:
    """Returns in how many lines each pair stands, and of how many."""
    counts: Counter[str] = Counter()
    n_lines = 0
    for service in catalog.services.values():
        for line in _lines_of(service):
            counts.update(_pairs(line))
            n_lines += 1
    return counts, n_lines
