"""Shapes of what is asked and said about decided questions."""

from datetime import datetime

from pydantic import BaseModel, Field

from community.learning.guards import Guard
from community.learning.review import Decision
from desk.documents import Body, Identifier, Long, Query, Short
from desk.documents_review import MAX_AT_ONCE, Seen

PAGE = 40


class DecidedSearch(Query):
    """Which decided questions to show, newest decision first."""

    text: Short = Short("")
    label: Identifier = Identifier("")
    before: int = Field(default=0, ge=0, le=2**31 - 1)


class DecidedDoc(BaseModel):
    """A question with the decision that holds."""

    id: int
    version: int
    text: str
    decision: Decision
    label: str
    label_name: str
    by: str
    at: datetime
    note: str
    is_written: bool = Field(description="It is in the training data already.")
    judges: bool = Field(description="It judges models and never trains one.")


class DecidedList(BaseModel):
    """Decided questions."""

    questions: list[DecidedDoc]
    next: int = Field(description="For `before` of the next page; 0: no more.")


class RevisionWish(Body):
    """What was wrong, and what is right; without a decision it is looked at again."""

    questions: list[Seen] = Field(min_items=1, max_items=MAX_AT_ONCE)
    reason: Long
    decision: Decision | None = None
    label: Identifier = Identifier("")
    despite: list[Guard] = Field(default=[], max_items=len(Guard))


class OwnWordsWish(Body):
    """Sentences as a resident would say them, and what they mean."""

    label: Identifier
    texts: list[Short] = Field(min_items=1, max_items=MAX_AT_ONCE)
    despite: list[Guard] = Field(default=[], max_items=len(Guard))
