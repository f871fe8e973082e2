"""`python -m adapters.catalogue_report [--check]`: writes `docs/catalogue.md`.

The page says for every item how well its answers are founded, so that whoever keeps
them knows where to look next.
"""

import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from adapters.content_files import CatalogFiles
from adapters.settings import ROOT
from community.catalog.model import Catalog, Confidence, Matter, Service, Statement
from community.errors import CatalogError

PAGE = ROOT / "docs" / "catalogue.md"
ORDER = tuple(Confidence)
MEANINGS = {
    Confidence.LAW: "the text of a law or regulation was read; source and date are"
    " in the file",
    Confidence.PAGE: "a public page was read; source and date are in the file",
    Confidence.RECALL: "common knowledge, read nowhere; an answer about a service says"
    " so to the resident",
    Confidence.UNKNOWN: "nobody knows; the answer says what is certain and what to"
    " ask, without a number, a day or an amount",
}
INTRODUCTION = """\
# Catalogue coverage

Written by `python -m adapters.catalogue_report` from `catalog/`; do not edit by hand.

**The lists are composed.** Press reports give the counts (43 services, 42 matters) and
a few topics, not the lists. The names, aliases, limits and departments here were put
together for this project; no county or community has published or approved them. A
community replaces them by editing the files: see
[CONTRIBUTING.md](../CONTRIBUTING.md#add-a-service-item).
"""


def counts(statements: Iterable[Statement]) -> Counter[Confidence]:
    """Counts statements by confidence."""
    return Counter(statement.confidence for statement in statements)


def row(*cells: object) -> str:
    """Returns one line of a Markdown table."""
    return f"| {' | '.join(str(cell) for cell in cells)} |"


def head(*names: str) -> Iterator[str]:
    """Yields the two first lines of a table; all columns but two hold numbers."""
    yield row(*names)
    yield row("---", "---", *["--:"] * (len(names) - 2))


def local_facts(statements: Iterable[Statement]) -> set[str]:
    """Returns the keys of local facts that the statements need."""
    return {key for statement in statements for key in statement.local}


def meaning_lines() -> Iterator[str]:
    """Yields what each confidence means."""
    yield "## What the columns mean"
    yield ""
    for confidence in ORDER:
        yield f"- `{confidence.value}`: {MEANINGS[confidence]}."
    yield (
        "- *local*: how many local facts the answers need from `catalog/local/`; one"
        " that is not filled in is said to be missing."
    )


def service_lines(services: Iterable[Service]) -> Iterator[str]:
    """Yields the table of services: one row each, and the totals."""
    total: Counter[Confidence] = Counter()
    keys: set[str] = set()
    yield from head("id", "service", *(c.value for c in ORDER), "local")
    for service in services:
        found = counts(service.facets.values())
        needed = local_facts([service.overview, *service.facets.values()])
        total += found
        keys |= needed
        name = f"[{service.short_name}](../catalog/services/{service.id}.yml)"
        yield row(f"`{service.id}`", name, *(found[c] for c in ORDER), len(needed))
    figures = (f"**{total[c]}**" for c in ORDER)
    yield row("**total**", "", *figures, f"**{len(keys)}**")


def matter_lines(matters: Iterable[Matter]) -> Iterator[str]:
    """Yields the table of matters: how their advice is founded, and the totals."""
    listed = tuple(matters)
    yield row("id", "matter", "advice", "source", "own emergency words")
    yield row(*["---"] * 5)
    for matter in listed:
        source = matter.advice.source
        yield row(
            f"`{matter.id}`",
            f"[{matter.short_name}](../catalog/matters/{matter.id}.yml)",
            matter.advice.confidence.value,
            source.title if source else "",
            "yes" if matter.emergency else "",
        )
    found = counts(matter.advice for matter in listed)
    summary = ", ".join(f"{found[c]} {c.value}" for c in ORDER if found[c])
    n_own = sum(matter.emergency is not None for matter in listed)
    yield row("**total**", "", f"**{summary}**", "", f"**{n_own}**")


def render_page(catalog: Catalog) -> str:
    """Returns the whole page."""
    services = sorted(catalog.services.values(), key=lambda s: s.id)
    matters = sorted(catalog.matters.values(), key=lambda m: m.id)
    overviews = counts(service.overview for service in services)
    founded = ", ".join(f"{overviews[c]} {c.value}" for c in ORDER if overviews[c])
    n_facets = sum(len(service.facets) for service in services)
    return "\n".join(
        [
            INTRODUCTION,
            *meaning_lines(),
            "",
            f"## Services: {len(services)} with {n_facets} facets",
            "",
            f"Their overviews: {founded}.",
            "",
            *service_lines(services),
            "",
            f"## Matters: {len(matters)}",
            "",
            "What residents are told to do until somebody comes.",
            "",
            *matter_lines(matters),
            "",
        ]
    )


def main(argv: list[str], *, page: Path = PAGE) -> int:
    """Writes the page; with `--check` only tells whether it is current."""
    try:
        text = render_page(CatalogFiles(ROOT / "catalog").load())
    except CatalogError as err:
        for problem in err.problems:
            sys.stderr.write(f"[ERROR] {problem}\n")
        return 1
    if "--check" not in argv:
        page.write_text(text, encoding="utf-8")
        return 0
    if page.is_file() and page.read_text(encoding="utf-8") == text:
        return 0
    sys.stderr.write(
        f"[ERROR] {page}: is out of date, run `python -m adapters.catalogue_report`\n"
    )
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
