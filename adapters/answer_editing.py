"""Answers of the catalogue as operators edit them: check, preview, put live."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from adapters.content_repository import Commit, ContentRepository
from adapters.git_command import Author
from adapters.sql.content_drafts import Draft
from adapters.wechat.render import custom_messages
from adapters.yaml_files import read_yaml
from community.answers import AnswerComposer
from community.catalog.checks import statements
from community.catalog.editing import with_referral, with_source, with_statement
from community.catalog.facets import Facet
from community.catalog.local import LocalFacts
from community.catalog.model import Catalog, Confidence, Statement
from community.catalog.parse import parse_statement
from community.errors import CommunityError, ContentRefusedError, NotFoundError
from community.replies import Part, Text

REFERRALS = "referrals.yml"
EXPIRES_SOON = timedelta(days=30)
STALE_AFTER = timedelta(days=365)
NEW_SOURCE = "new_source"
"""Key of a draft's body that holds a source the file does not know yet."""


@dataclass(frozen=True, slots=True)
class Reminder:
    """A statement that somebody should look at again."""

    path: str
    slot: str
    kind: str
    """expired, expires_soon, stale."""
    on: date


def path_of(key: str) -> str:
    """Returns the file of an item, such as `service/id_card`."""
    kind, _, name = key.partition("/")
    return f"{kind}s/{name}.yml"


def slots_of(document: Mapping[str, Any]) -> list[str]:
    """Returns the slots of a file's statements, in reading order."""
    found = [name for name in ("overview", "advice") if name in document]
    return found + [f"facets.{name}" for name in document.get("facets", {})]


def statement_in(document: Mapping[str, Any], slot: str) -> Mapping[str, Any]:
    """Returns what stands in a slot.

    Raises:
        NotFoundError: There is no such slot.
    """
    if slot not in slots_of(document):
        raise NotFoundError(f"{slot} is no slot of this file")
    found: Mapping[str, Any] = document
    for name in slot.split("."):
        found = found[name]
    return found


def normal(statement: Mapping[str, Any]) -> str:
    """Returns a statement in one spelling, to see whether it is still the same."""
    kept = {k: v for k, v in statement.items() if v and k != NEW_SOURCE}
    return json.dumps(kept, ensure_ascii=False, sort_keys=True)


def evidence_problems(statement: Mapping[str, Any], today: date) -> list[str]:
    """Returns what is missing in the evidence, in words for operators.

    The desk asks for more than the catalogue does: what an operator writes names
    its source and the day of the check, unless it says that nobody has checked.
    """
    found = []
    is_unknown = statement.get("confidence") == Confidence.UNKNOWN.value
    if not is_unknown:
        if not statement.get("source") and not statement.get(NEW_SOURCE):
            found.append("请写明依据（来源）。")
        if not statement.get("checked_on"):
            found.append("请写明哪天核实的。")
    for name, label in (("checked_on", "核实日期"), ("expires_on", "到期日期")):
        value = statement.get(name)
        if value and _day(value) is None:
            found.append(f"{label}不是日期。")
    checked = _day(statement.get("checked_on") or "")
    if checked is not None and checked > today:
        found.append("核实日期在将来。")
    return found


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def changed_text(folder: Path, draft: Draft) -> str:
    """Returns the file as it would be with a draft.

    Raises:
        CatalogError: The file has no such slot.
        ContentRefusedError: The entry is there already, or what stands in the slot
            has changed since it was drafted.
    """
    target = folder / draft.path
    if draft.kind == "service":
        if target.exists():
            raise ContentRefusedError([f"{draft.path} 已经有了，请换一个编号"])
        return str(draft.body["text"])
    text = target.read_text(encoding="utf-8")
    if draft.kind == "referral":
        return with_referral(text, str(draft.body["text"]))
    now = normal(statement_in(read_yaml(target), draft.slot))
    if now not in (draft.base, normal(draft.body)):
        raise ContentRefusedError(["这一条在您写好以后被别人改过，请重新写。"])
    statement = dict(draft.body)
    source = statement.pop(NEW_SOURCE, None)
    known = read_yaml(target)["sources"]
    if source is not None and statement["source"] not in known:
        text = with_source(text, statement["source"], source["title"], source["ref"])
    return with_statement(text, draft.slot, statement)


def problems_with(repository: ContentRepository, draft: Draft) -> list[str]:
    """Returns why a draft could not go live now; empty if it could."""
    try:
        text = changed_text(repository.catalog, draft)
        return repository.problems(draft.path, text)
    except ContentRefusedError as err:
        return err.reasons
    except CommunityError as err:
        return [str(err)]


def put_live(
    repository: ContentRepository, draft: Draft, author: Author, approved_by: str
) -> str:
    """Writes a draft into the content; returns the commit.

    Raises:
        ContentRefusedError: It is not valid (any more).
    """
    text = changed_text(repository.catalog, draft)
    reason = f"{draft.reason}\n\n{_mark(draft)}{approved_by}"
    return repository.write(draft.path, text, author=author, reason=reason)


def went_live(repository: ContentRepository, draft: Draft) -> tuple[Commit, str] | None:
    """Returns a draft's commit and who approved it; `None` if it has none.

    A draft that is open although it has one was approved in a moment when the
    database could not be told.
    """
    mark = _mark(draft)
    for commit in repository.history(draft.path):
        for line in commit.note.splitlines():
            if line.startswith(mark):
                return commit, line.removeprefix(mark)
    return None


def _mark(draft: Draft) -> str:
    """Tells this draft from one with its number in an earlier database."""
    return f"Draft {draft.id} of {draft.drafted_at.isoformat()} approved by "


def preview(
    catalog: Catalog, key: str, slot: str, statement: Mapping[str, Any], today: date
) -> list[str]:
    """Returns the bubbles that a resident would see.

    Raises:
        NotFoundError: There is no such item or slot.
    """
    kind, _, name = key.partition("/")
    composer = AnswerComposer(catalog, LocalFacts(catalog, None, today), today)
    parsed = _parsed(catalog, key, statement)
    parts: list[Part]
    if kind == "matter" and name in catalog.matters and slot == "advice":
        matter = replace(catalog.matters[name], advice=parsed)
        parts = [Text(composer.matter_advice(matter))]
    elif kind == "service" and name in catalog.services:
        service = catalog.services[name]
        if slot == "overview":
            parts = composer.service(replace(service, overview=parsed), [])
        else:
            facet = _facet(slot)
            changed = {**service.facets, facet: parsed}
            parts = composer.service(replace(service, facets=changed), [facet])
    else:
        raise NotFoundError(f"{key} has no {slot}")
    bodies = custom_messages(parts)
    return [b["text"]["content"] for b in bodies if b["msgtype"] == "text"]


def _facet(slot: str) -> Facet:
    try:
        return Facet(slot.removeprefix("facets."))
    except ValueError as err:
        raise NotFoundError(f"{slot} is no facet") from err


def _parsed(catalog: Catalog, key: str, statement: Mapping[str, Any]) -> Statement:
    known = {k: v for k, v in statement.items() if v and k != NEW_SOURCE}
    for name in ("checked_on", "expires_on"):
        if _day(known.get(name, "")) is None:
            known.pop(name, None)
    local = [name for name in known.get("local", ()) if name in catalog.local_labels]
    return parse_statement({**known, "local": local}, {})


def reminders(catalog: Catalog, today: date) -> Iterator[Reminder]:
    """Yields statements whose time is over, ends soon, or that are long unchecked."""
    for where, statement in statements(catalog):
        path, _, slot = where.partition(": ")
        if statement.expires_on is not None:
            if statement.is_expired(today):
                yield Reminder(path, slot, "expired", statement.expires_on)
            elif statement.expires_on - today <= EXPIRES_SOON:
                yield Reminder(path, slot, "expires_soon", statement.expires_on)
        elif statement.checked_on and today - statement.checked_on > STALE_AFTER:
            yield Reminder(path, slot, "stale", statement.checked_on)
