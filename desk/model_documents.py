"""What the desk's pages about models send and get."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from desk.documents import Body, Long, Named, Short


class ModelDoc(BaseModel):
    """One model of the registry."""

    id: str
    created_at: datetime | None = None
    created_by: Named | None = None
    n_bytes: int
    is_serving: bool
    is_previous: bool
    is_candidate: bool
    distrusted: str = Field(description="Why it must not be loaded; empty normally.")
    first: float | None = None
    wrong_of_answered: float | None = None
    failed_gates: list[str]
    is_evaluated: bool


class JobDoc(BaseModel):
    """A training or other long work."""

    id: str
    kind: str
    subject: str
    state: str
    stage: str
    progress: float
    asked_by: Named
    model: str | None = None
    error: str
    started_at: datetime
    finished_at: datetime | None = None


class PromotionDoc(BaseModel):
    """One change of the serving model."""

    id: int
    kind: str
    state: str
    model: str
    before: str
    asked_by: Named
    asked_at: datetime
    approved_by: Named | None = None
    reasons: list[str]
    override: str
    is_mine: bool


class WorkerDoc(BaseModel):
    """A living worker and its model."""

    worker: str
    model: str


class Models(BaseModel):
    """Everything about models at a glance."""

    serving: str
    previous: str
    workers: list[WorkerDoc]
    refused: dict[str, str] = Field(description="Model → why workers refused it.")
    models: list[ModelDoc]
    jobs: list[JobDoc]
    promotions: list[PromotionDoc]
    approvals: int
    delay_s: float
    n_waiting: int


class ModelReport(BaseModel):
    """How a candidate was judged."""

    model: ModelDoc
    report: dict[str, Any]
    failures: list[tuple[str, str]] = Field(description="Gate and reason.")
    refusals: list[str] = Field(description="Everything that forbids to promote it.")
    names: dict[str, str] = Field(description="Label → name.")


class Replay(BaseModel):
    """What a promotion would change in the messages of the last days."""

    promotion: PromotionDoc
    n_messages: int
    n_left_out: int = Field(description="Older ones that the limit left out.")
    n_different: int
    differences: list[dict[str, str]]
    unjudged: list[str] = Field(description="What could not be judged, and why.")


class PromoteWish(Body):
    """Why it should serve although a gate fell; empty normally."""

    override: Long = Long("")


class RollbackWish(Body):
    """The model that the operator saw serving."""

    serving: Short


class Asked(BaseModel):
    """The work that was asked for."""

    job: str
