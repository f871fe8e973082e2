"""Shapes of requests and answers that several modules of the API share."""

import re
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConstrainedStr, Extra, Field

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u2028\u2029]")


class _Text(ConstrainedStr):
    strip_whitespace = True

    @classmethod
    def validate(cls, value: Any) -> Any:
        """(see parent class) Drops control characters, which no database likes."""
        return super().validate(_CONTROL.sub("", value))


class Short(_Text):
    """One line."""

    max_length = 120


class Long(_Text):
    """A paragraph; may be empty."""

    max_length = 2_000


class Words(_Text):
    """A paragraph that must say something."""

    min_length = 1
    max_length = 2_000


class Identifier(_Text):
    """Id of a thing in the catalogue or the roster."""

    max_length = 80
    regex = re.compile(r"^[A-Za-z0-9_:/.-]*$")


class ActKey(_Text):
    """Made by the page, once for each act, so that a repeat changes nothing."""

    min_length = 8
    max_length = 64
    regex = re.compile(r"^[A-Za-z0-9_-]+$")


class BlobId(_Text):
    """Id of an uploaded photo."""

    regex = re.compile(r"^[0-9a-z]{16,64}$")


class TicketNumber(_Text):
    """Number of a ticket."""

    regex = re.compile(r"^\d{4}-\d{4,6}$")


class Query(BaseModel):
    """Base of queries; unknown names are refused, so that a typing error is seen."""

    class Config:
        """Pydantic's settings."""

        extra = Extra.forbid


class Body(Query):
    """Base of request bodies."""


class Act(Body):
    """An act without words."""

    key: ActKey


class ReasonedAct(Act):
    """An act that must say why."""

    reason: Words


class Done(BaseModel):
    """The call has done what it says."""

    ok: bool = True


class Named(BaseModel):
    """Something with an id and a name to show."""

    id: str
    name: str


class ClockDoc(BaseModel):
    """The running clock of a ticket."""

    kind: str = Field(description="respond, interim, resolve, pause or confirm")
    due_at: datetime
    yellow_at: datetime
    red_at: datetime
    colour: str = Field(description="green, yellow, red or overdue")


class TicketRow(BaseModel):
    """A ticket as lists show it: no personal data."""

    number: str
    kind: str
    state: str
    state_name: str
    urgency: str
    item: str | None
    item_name: str
    summary: str = Field(description="What was said, with personal numbers masked.")
    place: str
    grid: Named | None
    community: Named | None
    tier: str
    owner: Named
    is_mine: bool
    is_supervised: bool
    n_urged: int
    n_followers: int
    clock: ClockDoc | None
    requested_at: datetime
    expected_at: datetime
    origin: str


class EventDoc(BaseModel):
    """One line of a ticket's history."""

    seq: int
    action: str
    action_name: str
    actor: str
    at: datetime
    text: str
    reason: str
    photos: list[str]
    photos_show: str | None = Field(
        description="处理前 or 处理后, where that is known."
    )


class MessageDoc(BaseModel):
    """What residents and staff said to each other."""

    seq: int
    at: datetime
    actor: str
    is_resident: bool
    text: str
    photos: list[str]


class RequestDoc(BaseModel):
    """What a second person has to decide."""

    kind: str
    by: Named
    until: datetime | None


class TicketDoc(TicketRow):
    """A ticket with its history."""

    description: str
    since: str
    photos: list[str]
    reporter: str = Field(description="An alias; who it is has to be unveiled.")
    has_reporter: bool
    talks_with: str = Field(
        description="Alias of whom staff can talk with: the reporter, or a co-reporter"
        " once the reporter is gone; empty where nobody is left."
    )
    lead: str
    advice: str
    phrases: list[str] = Field(description="Set phrases to the resident.")
    results: list[str] = Field(description="Set phrases that it is done.")
    request: RequestDoc | None
    n_returns: int
    is_excluded: bool
    merged_into: str | None
    split_from: str | None
    is_talking: bool = Field(description="Somebody has taken the conversation over.")
    acts: list[str] = Field(description="What this person may do to it now.")
    events: list[EventDoc]
    messages: list[MessageDoc]


class TicketPage(BaseModel):
    """One page of a list."""

    tickets: list[TicketRow]
    next: str = Field(description="`after` of the next page; empty on the last one.")
