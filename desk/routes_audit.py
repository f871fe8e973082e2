"""The audit log, and the proof that a ticket's file is as it was written."""

from datetime import datetime

from pydantic import BaseModel, Field

from desk.calls import Call
from desk.documents import Identifier, Named, Query
from desk.endpoints import Endpoints
from desk.policy import Act

endpoints = Endpoints("audit")


class AuditQuery(Query):
    """Which lines of the log."""

    actor: Identifier | None = None
    subject: Identifier | None = None
    before: int | None = Field(default=None, ge=1, le=2**31 - 1)
    limit: int = Field(default=100, ge=1, le=500)


class AuditLine(BaseModel):
    """Who did or saw what, when and why."""

    id: int
    at: datetime
    actor: Named
    act: str
    subject: str
    reason: str
    address: str


class AuditPage(BaseModel):
    """Lines of the log, newest first."""

    lines: list[AuditLine]


class FindingDoc(BaseModel):
    """What is not as it was written."""

    seq: int
    what: str


class Verification(BaseModel):
    """Whether a ticket's file is untouched."""

    number: str
    is_untouched: bool
    findings: list[FindingDoc]


@endpoints.get("/api/audit", act=Act.AUDIT, takes=AuditQuery, gives=AuditPage)
async def read_audit(call: Call, query: AuditQuery) -> AuditPage:
    """Reads the audit log."""
    lines = await call.services.audit_log.read(
        actor=query.actor or None,
        subject=query.subject or None,
        before=query.before,
        limit=query.limit,
    )
    name = call.services.directory.name
    return AuditPage(
        lines=[
            AuditLine(
                id=position,
                at=entry.at,
                actor=Named(id=entry.actor, name=name(entry.actor)),
                act=entry.act,
                subject=entry.subject,
                reason=entry.reason,
                address=entry.address,
            )
            for position, entry in lines
        ]
    )


@endpoints.get("/api/tickets/{number}/verify", act=Act.VERIFY, gives=Verification)
async def verify_ticket(call: Call) -> Verification:
    """Proves that a ticket's file is as it was written."""
    number = call.ticket.number
    findings = await call.services.tickets.verify(number)
    return Verification(
        number=number,
        is_untouched=not findings,
        findings=[FindingDoc(seq=f.seq, what=f.what) for f in findings],
    )
