"""Answers and their changes as pages show them."""

import difflib
import json
from datetime import timedelta
from typing import Any

from adapters import answer_editing as editing
from adapters.content_repository import Conflict
from adapters.sql.content_drafts import OPEN, Draft
from community.calendar import local_day
from community.catalog.facets import FACET_TITLES
from community.errors import CommunityError
from community.learning.labels import name_of
from desk.calls import Call
from desk.documents import Named
from desk.documents_answers import DraftDoc, StatementDoc

CONFLICT_LINES = 120


def key_of(path: str) -> str:
    """Returns the item of a file; a file that is none stays as it is."""
    folder, _, name = path.partition("/")
    return f"{folder.removesuffix('s')}/{name.removesuffix('.yml')}" if name else path


def title_of(slot: str) -> str:
    """Returns what operators call a slot."""
    if slot == "overview":
        return "总的说"
    if slot == "advice":
        return "先怎么做"
    name = slot.removeprefix("facets.")
    known = {facet.value: title for facet, title in FACET_TITLES.items()}
    return known.get(name, "新条目")


def preview(call: Call, key: str, slot: str, statement: dict[str, Any]) -> list[str]:
    """Returns the bubbles of a statement; its bare text where it cannot be shown."""
    try:
        day = local_day(call.now)
        return editing.preview(call.services.catalog(), key, slot, statement, day)
    except (CommunityError, KeyError, ValueError):
        return [str(statement.get("text", ""))]


def statement_doc(
    call: Call, key: str, slot: str, document: dict[str, Any]
) -> StatementDoc:
    """Returns what stands in a slot."""
    statement = dict(editing.statement_in(document, slot))
    expires_on = statement.get("expires_on", "")
    return StatementDoc(
        slot=slot,
        title=title_of(slot),
        text=statement["text"],
        items=statement.get("items", []),
        local=statement.get("local", []),
        source=statement.get("source", ""),
        checked_on=statement.get("checked_on", ""),
        expires_on=expires_on,
        confidence=statement["confidence"],
        is_expired=bool(expires_on and expires_on < local_day(call.now).isoformat()),
        preview=preview(call, key, slot, statement),
    )


def draft_doc(call: Call, draft: Draft) -> DraftDoc:
    """Returns a change as pages show it."""
    name, key = call.services.directory.name, key_of(draft.path)
    is_statement = draft.kind == "statement"
    limits = call.services.learning.promotion.gates.limits["promotion"]
    is_mine = draft.drafted_by == call.person.id
    may_confirm = is_mine and draft.state == OPEN and limits["approvals"] == 1
    decided_by = draft.decided_by
    return DraftDoc(
        id=draft.id,
        kind=draft.kind,
        item=key,
        item_name=name_of(call.services.catalog(), key) if is_statement else key,
        slot=draft.slot,
        slot_title=title_of(draft.slot),
        before=_readable(json.loads(draft.base)) if draft.base else "",
        after=_readable(draft.body),
        preview=preview(call, key, draft.slot, dict(draft.body))
        if is_statement
        else [],
        reason=draft.reason,
        state=draft.state,
        drafted_by=Named(id=draft.drafted_by, name=name(draft.drafted_by)),
        drafted_at=draft.drafted_at,
        decided_by=Named(id=decided_by, name=name(decided_by)) if decided_by else None,
        decided_at=draft.decided_at,
        remark=draft.remark,
        is_mine=is_mine,
        ready_at=draft.drafted_at + timedelta(seconds=limits["delay_s"])
        if may_confirm
        else None,
    )


def _readable(statement: Any) -> str:
    lines = [str(statement.get("text", ""))]
    lines += [f"· {item}" for item in statement.get("items", [])]
    source = statement.get(editing.NEW_SOURCE) or {}
    for label, value in (
        ("依据", source.get("title") or statement.get("source")),
        ("核实", statement.get("checked_on")),
        ("到期", statement.get("expires_on")),
    ):
        if value:
            lines.append(f"{label}：{value}")
    return "\n".join(lines)


def difference(conflict: Conflict) -> str:
    """Returns what a release would change in a file, as a unified diff."""
    lines = difflib.unified_diff(
        conflict.ours.splitlines(),
        conflict.theirs.splitlines(),
        "我们改的",
        "新版本",
        lineterm="",
        n=1,
    )
    return "\n".join(list(lines)[:CONFLICT_LINES])
