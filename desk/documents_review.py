"""Shapes of the review's requests and answers."""

from datetime import datetime

from pydantic import BaseModel, Field

from community.learning.guards import Guard
from community.learning.review import Decision
from desk.documents import Body, Identifier, Long, Query, Short

MAX_AT_ONCE = 40


class ListWish(Body):
    """How many groups to take."""

    limit: int = Field(default=12, ge=1, le=MAX_AT_ONCE)


class Guess(BaseModel):
    """A label with the model's confidence."""

    label: str
    name: str
    confidence: float


class QuestionDoc(BaseModel):
    """One masked message that is worth a look."""

    id: int
    version: int
    text: str
    n_persons: int
    n_turns: int
    decision: str
    suggestion: str
    suggestion_name: str
    is_chosen_by_residents: bool
    guesses: list[Guess]
    facets: list[str]
    emergency: str | None = None
    reasons: list[str]
    judges: bool = Field(description="It judges models and never trains one.")
    held_by: str | None = None
    last_at: datetime


class ClusterDoc(BaseModel):
    """Questions that are nearly the same."""

    id: int
    score: float
    n_questions: int
    n_persons: int
    n_turns: int
    questions: list[QuestionDoc]


class ReviewList(BaseModel):
    """What is worth most, best first."""

    clusters: list[ClusterDoc]
    n_open: int
    n_held: int
    n_waiting: int = Field(description="Accepted examples that wait for a training.")


class LabelDoc(BaseModel):
    """One label with what it is found by."""

    label: str
    name: str
    initials: str
    words: list[str]


class Labels(BaseModel):
    """All labels."""

    labels: list[LabelDoc]


class TurnDoc(BaseModel):
    """One turn of a masked dialogue."""

    at: datetime
    text: str
    is_this: bool
    outcome: str
    answer: list[str] = Field(description="What was said, masked, a line each.")
    offered: list[str] = Field(description="What could be tapped.")


class Counted(BaseModel):
    """An n-gram and its say."""

    family: str
    gram: str
    weight: float


class Candidate(BaseModel):
    """A label beside another one: why the model thought so, and the boundary."""

    label: str
    name: str
    counted: list[Counted]
    rules: list[str] = Field(description="When a message belongs elsewhere.")


class WarningDoc(BaseModel):
    """What speaks against an example."""

    question: int
    guard: str
    text: str
    is_final: bool


class Warnings(BaseModel):
    """What speaks against labelling questions so."""

    warnings: list[WarningDoc]


class Details(BaseModel):
    """Everything around one question."""

    dialogue: list[TurnDoc]
    candidates: list[Candidate]
    note: str = Field(description="Why there is no explanation; empty if there is.")


class DetailQuery(Query):
    """Which two labels are put side by side."""

    first: Identifier = Identifier("")
    second: Identifier = Identifier("")
    quick: bool = Field(default=False, description="Without the explanation.")


class WarningQuery(Query):
    """Which questions would get which label, perhaps in the place of one they had."""

    ids: str = Field(regex=r"^\d{1,9}(,\d{1,9}){0,39}$")
    label: Identifier
    instead_of: Identifier = Identifier("")


class Seen(Body):
    """A question as the operator saw it."""

    id: int = Field(ge=0, le=2**31 - 1)
    version: int = Field(ge=0, le=2**31 - 1)


class DecisionWish(Body):
    """One decision on one or more questions."""

    questions: list[Seen] = Field(min_items=1, max_items=MAX_AT_ONCE)
    decision: Decision
    label: Identifier = Identifier("")
    note: Long = Long("")
    despite: list[Guard] = Field(default=[], max_items=len(Guard))


class Decided(BaseModel):
    """What was stored."""

    batch: str
    n_questions: int
    n_waiting: int


class UndoWish(Body):
    """Which decision to take back; the newest of the caller by default."""

    batch: Short = Short("")


class Undone(BaseModel):
    """How many questions are open again."""

    n_questions: int
