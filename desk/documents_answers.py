"""Shapes of the requests and answers around the content."""

import re
from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, Field

from community.catalog.model import Confidence
from desk.documents import Body, Named, Short, Words, _Text

MAX_ITEMS = 20


class Slot(_Text):
    """Place of a statement in its file."""

    regex = re.compile(r"^(overview|advice|facets\.[a-z_]{1,30})$")


class Day(_Text):
    """A day, or empty."""

    regex = re.compile(r"^(\d{4}-\d{2}-\d{2})?$")


class Snake(_Text):
    """Id of something new."""

    max_length = 40
    regex = re.compile(r"^[a-z][a-z0-9_]*$")


class Source(Body):
    """A source that the file does not name yet."""

    title: Short
    ref: Short = Short("")


class StatementWish(Body):
    """What is to stand in a slot."""

    text: Words
    items: list[Words] = Field(default=[], max_items=MAX_ITEMS)
    local: list[Short] = Field(default=[], max_items=MAX_ITEMS)
    source: str = Field(default="", regex=r"^([a-z][a-z0-9_]{0,39})?$")
    new_source: Source | None = None
    checked_on: Day = Day("")
    expires_on: Day = Day("")
    confidence: Confidence

    def as_statement(self) -> dict[str, Any]:
        """Returns it as the files write it; what is empty is left out."""
        doc = self.dict(exclude_none=True)
        doc["confidence"] = self.confidence.value
        return {name: value for name, value in doc.items() if value}


class CheckWish(Body):
    """A statement to look at before it is drafted."""

    slot: Slot
    statement: StatementWish


class DraftWish(CheckWish):
    """A statement that is to go live, and why."""

    reason: Words


class RefuseWish(Body):
    """Why a draft is not taken."""

    reason: Words


class ResolveWish(Body):
    """Whose file is taken where a release and an edit disagree."""

    path: str = Field(regex=r"^(catalog|data)/[A-Za-z0-9_./-]{1,120}$")
    side: str = Field(regex="^(ours|theirs)$")


class AnswerRow(BaseModel):
    """One item in the list."""

    key: str
    name: str
    category: str
    n_unchecked: int
    n_expired: int
    n_drafts: int


class Answers(BaseModel):
    """All items with answers."""

    items: list[AnswerRow]


class SourceDoc(BaseModel):
    """A source of a file."""

    key: str
    title: str
    ref: str


class StatementDoc(BaseModel):
    """What stands in a slot."""

    slot: str
    title: str
    text: str
    items: list[str]
    local: list[str]
    source: str
    checked_on: str
    expires_on: str
    confidence: str
    is_expired: bool
    preview: list[str]


class LocalDoc(BaseModel):
    """A local fact that may be shown below an answer."""

    key: str
    name: str


class DraftDoc(BaseModel):
    """A change on its way."""

    id: int
    kind: str
    item: str
    item_name: str
    slot: str
    slot_title: str
    before: str
    after: str
    preview: list[str]
    reason: str
    state: str
    drafted_by: Named
    drafted_at: datetime
    decided_by: Named | None = None
    decided_at: datetime | None = None
    remark: str
    is_mine: bool
    ready_at: datetime | None = Field(
        default=None, description="From when on who drafted it may confirm it."
    )


class Answer(BaseModel):
    """An item's answers."""

    key: str
    name: str
    statements: list[StatementDoc]
    sources: list[SourceDoc]
    local: list[LocalDoc]
    drafts: list[DraftDoc]


class Checked(BaseModel):
    """What a statement would look like, and what is wrong with it."""

    problems: list[str]
    preview: list[str]


class Drafts(BaseModel):
    """Changes on their way and the newest decided ones."""

    open: list[DraftDoc]
    decided: list[DraftDoc]
    approvals: int
    delay_s: float


class CommitDoc(BaseModel):
    """A change that went live."""

    id: str
    at: datetime
    by: Named
    reason: str
    difference: str


class History(BaseModel):
    """All changes of a file, newest first."""

    commits: list[CommitDoc]


class ConflictDoc(BaseModel):
    """A file that a release and an edit have changed in the same place."""

    path: str
    difference: str


class ReminderDoc(BaseModel):
    """A statement that somebody should check again."""

    item: str
    item_name: str
    slot: str
    slot_title: str
    kind: str
    on: date


class Content(BaseModel):
    """State of the content's repository."""

    can_edit: bool
    why_not: str
    conflicts: list[ConflictDoc]
    refusals: list[str] = Field(description="Why a release was not taken in.")
    reminders: list[ReminderDoc]


class Resolved(BaseModel):
    """Whether the release is in now."""

    is_merged: bool
