"""Turns validated YAML documents into catalogue objects.

The documents have passed their JSON Schema, so missing keys cannot occur here;
references between files are the business of `checks`.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from community.catalog.facets import Facet
from community.catalog.model import (
    BoundaryRule,
    Category,
    Confidence,
    EmergencyCase,
    EmergencyNote,
    EmergencyRule,
    Hotline,
    LocalFact,
    Matter,
    Mode,
    Place,
    Referral,
    Resolve,
    Service,
    Source,
    Statement,
)

Document = Mapping[str, Any]
"""One YAML file or a mapping within it."""


def parse_date(text: str | None) -> date | None:
    """Parses an ISO date; `None` stays `None`."""
    return None if text is None else date.fromisoformat(text)


def parse_statement(doc: Document, sources: Mapping[str, Source]) -> Statement:
    """Builds a statement; an unknown source key is left to `checks`."""
    return Statement(
        text=doc["text"],
        items=tuple(doc.get("items", ())),
        confidence=Confidence(doc["confidence"]),
        source=sources.get(doc.get("source", "")),
        checked_on=parse_date(doc.get("checked_on")),
        expires_on=parse_date(doc.get("expires_on")),
        local=tuple(doc.get("local", ())),
    )


def _parse_sources(doc: Document) -> dict[str, Source]:
    return {
        key: Source(title=source["title"], ref=source["ref"])
        for key, source in doc["sources"].items()
    }


def _parse_rules(doc: Document) -> tuple[BoundaryRule, ...]:
    return tuple(BoundaryRule(to=r["to"], rule=r["rule"]) for r in doc["not_here"])


def parse_service(doc: Document) -> Service:
    """Builds a service from `catalog/services/<id>.yml`."""
    sources = _parse_sources(doc)
    return Service(
        id=doc["id"],
        name=doc["name"],
        short_name=doc["short_name"],
        category=doc["category"],
        department=doc["department"],
        modes=tuple(Mode(mode) for mode in doc["modes"]),
        aliases=tuple(doc["aliases"]),
        scope=doc["scope"],
        sub_items=tuple(doc["sub_items"]),
        not_here=_parse_rules(doc),
        local_variables=dict(doc["local_variables"]),
        overview=parse_statement(doc["overview"], sources),
        facets={
            Facet(name): parse_statement(statement, sources)
            for name, statement in doc["facets"].items()
        },
    )


def parse_matter(doc: Document) -> Matter:
    """Builds a matter from `catalog/matters/<id>.yml`."""
    note = doc["emergency"]
    return Matter(
        id=doc["id"],
        name=doc["name"],
        short_name=doc["short_name"],
        category=doc["category"],
        level=doc["level"],
        lead=doc["lead"],
        support=tuple(doc["support"]),
        urgency=doc["urgency"],
        respond_hours=float(doc["respond_hours"]),
        resolve=Resolve(n=doc["resolve"]["n"], unit=doc["resolve"]["unit"]),
        interim=doc["interim"],
        emergency=None
        if note is None
        else EmergencyNote(
            when=note["when"],
            call=tuple(note["call"]),
            say=note["say"],
            meanwhile=note.get("meanwhile", note["say"]),
        ),
        raise_if=tuple(doc["raise_if"]),
        aliases=tuple(doc["aliases"]),
        scope=doc["scope"],
        not_here=_parse_rules(doc),
        advice=parse_statement(doc["advice"], _parse_sources(doc)),
        ask_place=doc["ask_place"],
        ask_details=doc["ask_details"],
    )


def parse_categories(doc: list[Document]) -> tuple[Category, ...]:
    """Builds one of the two lists of `catalog/categories.yml`."""
    return tuple(Category(id=c["id"], name=c["name"]) for c in doc)


def parse_hotlines(doc: Document) -> dict[str, Hotline]:
    """Builds the hotlines of `catalog/hotlines.yml`, by id."""
    return {
        h["id"]: Hotline(h["id"], h["name"], h["number"], h["local_key"], h["use"])
        for h in doc["hotlines"]
    }


def parse_emergencies(doc: Document) -> dict[str, EmergencyRule]:
    """Builds the emergency rules of `catalog/emergencies.yml`, by id."""
    return {
        e["id"]: EmergencyRule(
            id=e["id"],
            name=e["name"],
            call=tuple(e["call"]),
            say=e["say"],
            then=e["then"],
            matter=e["matter"],
            meanwhile=e.get("meanwhile", e["then"]),
            cases=tuple(
                EmergencyCase(
                    c["id"],
                    tuple(c.get("call", e["call"])),
                    c["say"],
                    c["then"],
                    c.get("matter", e["matter"]),
                    c.get("meanwhile", c["then"]),
                )
                for c in e.get("cases", ())
            ),
        )
        for e in doc["emergencies"]
    }


def parse_referrals(doc: Document) -> tuple[Referral, ...]:
    """Builds the referrals of `catalog/referrals.yml`, in file order."""
    return tuple(
        Referral(r["id"], r["name"], tuple(r["keywords"]), r["text"], r["hotline"])
        for r in doc["referrals"]
    )


def parse_place(doc: Document) -> Place:
    """Builds a place from `catalog/local/<place>.yml`."""
    return Place(
        id=doc["id"],
        name=doc["name"],
        level=doc["level"],
        parent=doc["parent"],
        facts={
            key: LocalFact(
                value=fact["value"],
                checked_on=date.fromisoformat(fact["checked_on"]),
                expires_on=parse_date(fact.get("expires_on")),
            )
            for key, fact in doc["facts"].items()
        },
    )
