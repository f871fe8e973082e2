"""Checks across catalogue files; each yields problems as `path: message`."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import PurePosixPath
from typing import Any

from community.catalog.model import Catalog, Confidence, Matter, Service, Statement
from community.catalog.render import MAX_PART_BYTES, PLACEHOLDER
from community.catalog.situations import unknown_words

DIGIT = re.compile(r"[0-9０-９]")
Documents = Mapping[str, Any]
"""Path relative to the catalogue → parsed YAML."""


def check_documents(documents: Documents) -> Iterator[str]:
    """Checks what only the raw files show: stems, source keys, dates, wordings."""
    for situation in documents.get("situations.yml", {}).get("situations", ()):
        for wording in (*situation["wordings"], *situation.get("unless", ())):
            for name in unknown_words(wording):
                yield f"situations.yml: {situation['id']}: unknown word {{{name}}}"
    for path, doc in documents.items():
        stem = PurePosixPath(path).name.split(".")[0]
        folder = PurePosixPath(path).parts[0]
        named = folder in ("services", "matters", "local") and "id" in doc
        if named and doc["id"] != stem:
            yield f"{path}: id is {doc['id']!r} but the file is named {stem!r}"
        for name, statement in _raw_statements(doc):
            yield from _check_raw_statement(path, name, statement, doc["sources"])


def _raw_statements(doc: Any) -> Iterator[tuple[str, Any]]:
    if not isinstance(doc, Mapping) or "sources" not in doc:
        return
    for name in ("overview", "advice"):
        if name in doc:
            yield name, doc[name]
    for facet, statement in doc.get("facets", {}).items():
        yield f"facets.{facet}", statement


def _check_raw_statement(
    path: str, name: str, statement: Any, sources: Mapping[str, Any]
) -> Iterator[str]:
    where = f"{path}: {name}"
    source = statement.get("source")
    confidence = Confidence(statement["confidence"])
    if source is not None and source not in sources:
        yield f"{where}: source {source!r} is not in `sources` of this file"
    if "checked_on" in statement and source is None:
        yield f"{where}: checked_on without a source"
    checked = source is not None and "checked_on" in statement
    if confidence in (Confidence.LAW, Confidence.PAGE) and not checked:
        yield f"{where}: confidence {confidence.value} needs source and checked_on"
    if confidence is Confidence.UNKNOWN and source is not None:
        yield f"{where}: confidence unknown must not name a source"
    text = "".join([statement["text"], *statement.get("items", [])])
    if source is None and DIGIT.search(PLACEHOLDER.sub("", text)):
        yield f"{where}: digits in an unsourced statement"
    for key in ("checked_on", "expires_on"):
        if key in statement and not _is_date(statement[key]):
            yield f"{where}: {key} is not a date: {statement[key]!r}"


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def check_catalog(catalog: Catalog) -> Iterator[str]:
    """Checks references between files, uniqueness, templates and sizes."""
    yield from _check_aliases(catalog)
    yield from _check_items(catalog)
    yield from _check_references(catalog)
    yield from _check_situations(catalog)
    for path, statement in statements(catalog):
        yield from _check_statement(catalog, path, statement)
    for place in catalog.places.values():
        path = f"local/{place.id}"
        if place.parent is not None and place.parent not in catalog.places:
            yield f"{path}: parent {place.parent!r} does not exist"
        for key in place.facts:
            if key not in catalog.local_labels:
                yield f"{path}: local fact {key!r} is not declared anywhere"


def statements(catalog: Catalog) -> Iterator[tuple[str, Statement]]:
    """Yields every statement of the catalogue with the place it stands in."""
    for service in catalog.services.values():
        yield f"services/{service.id}.yml: overview", service.overview
        for facet, statement in service.facets.items():
            yield f"services/{service.id}.yml: facets.{facet.value}", statement
    for matter in catalog.matters.values():
        yield f"matters/{matter.id}.yml: advice", matter.advice


def _items(catalog: Catalog) -> Iterator[tuple[str, Service | Matter]]:
    for service in catalog.services.values():
        yield f"services/{service.id}.yml", service
    for matter in catalog.matters.values():
        yield f"matters/{matter.id}.yml", matter


def _check_aliases(catalog: Catalog) -> Iterator[str]:
    owners: dict[str, str] = {}
    for path, item in _items(catalog):
        for alias in dict.fromkeys((item.short_name, *item.aliases)):
            owner = owners.setdefault(alias, item.key)
            if owner != item.key:
                yield f"{path}: alias {alias!r} belongs to {owner} already"


def _check_situations(catalog: Catalog) -> Iterator[str]:
    seen: set[str] = set()
    for situation in catalog.situations:
        path = f"situations.yml: {situation.id}"
        if situation.id in seen:
            yield f"{path}: occurs twice"
        seen.add(situation.id)
        for key in situation.items:
            if key not in catalog.items:
                yield f"{path}: item {key!r} does not exist"
        yield from _check_text(catalog, path, situation.kind_word + situation.say)


def _check_items(catalog: Catalog) -> Iterator[str]:
    keys = {item.key for _, item in _items(catalog)}
    categories = {
        "service": {c.id for c in catalog.service_categories},
        "matter": {c.id for c in catalog.matter_categories},
    }
    for path, item in _items(catalog):
        if item.category not in categories[item.key.split("/")[0]]:
            yield f"{path}: category {item.category!r} does not exist"
        for rule in item.not_here:
            if rule.to != "outside" and rule.to not in keys:
                yield f"{path}: not_here names {rule.to!r}, which does not exist"


def _hotline_uses(catalog: Catalog) -> Iterator[tuple[str, str]]:
    for matter in catalog.matters.values():
        for hotline in matter.emergency.call if matter.emergency else ():
            yield f"matters/{matter.id}.yml: emergency", hotline
    for emergency in catalog.emergencies.values():
        for words in (emergency.words(None), *emergency.cases):
            for hotline in words.call:
                yield f"emergencies.yml: {emergency.id}", hotline
    for referral in catalog.referrals:
        if referral.hotline is not None:
            yield f"referrals.yml: {referral.id}", referral.hotline


def _check_references(catalog: Catalog) -> Iterator[str]:
    for path, hotline_id in _hotline_uses(catalog):
        if hotline_id not in catalog.hotlines:
            yield f"{path}: hotline {hotline_id!r} does not exist"
    for emergency in catalog.emergencies.values():
        for words in (emergency.words(None), *emergency.cases):
            if words.matter not in catalog.matters:
                yield (
                    f"emergencies.yml: {emergency.id}: matter {words.matter!r}"
                    " does not exist"
                )
    for hotline in catalog.hotlines.values():
        if (hotline.number is None) == (hotline.local_key is None):
            yield f"hotlines.yml: {hotline.id} needs either number or local_key"
        if hotline.local_key and hotline.local_key not in catalog.local_labels:
            yield f"hotlines.yml: {hotline.id}: {hotline.local_key!r} is not declared"
    for referral in catalog.referrals:
        yield from _check_text(catalog, f"referrals.yml: {referral.id}", referral.text)


def _check_statement(
    catalog: Catalog, path: str, statement: Statement
) -> Iterator[str]:
    for text in (statement.text, *statement.items):
        yield from _check_text(catalog, path, text)
    for key in statement.local:
        if key not in catalog.local_labels:
            yield f"{path}: local fact {key!r} is not declared"
    size = len("\n".join((statement.text, *statement.items)).encode())
    if size > MAX_PART_BYTES:
        yield f"{path}: {size} bytes, a message part holds {MAX_PART_BYTES}"
    begins, ends = statement.checked_on, statement.expires_on
    if begins and ends and ends <= begins:
        yield f"{path}: expires_on is not after checked_on"


def _check_text(catalog: Catalog, path: str, text: str) -> Iterator[str]:
    for placeholder in PLACEHOLDER.findall(text):
        if placeholder not in catalog.hotlines:
            yield f"{path}: unknown hotline {{hotline.{placeholder}}}"
    rest = PLACEHOLDER.sub("", text)
    if "{" in rest or "}" in rest:
        yield f"{path}: a brace that is not a placeholder {{hotline.ID}}"
