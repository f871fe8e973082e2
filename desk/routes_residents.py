"""Residents who abuse reporting: blocked politely, and looked at by a second person."""

from datetime import datetime, timedelta

from pydantic import BaseModel, Field

from adapters.sql.blocks import BlockReview
from community.tickets import Ticket
from desk.calls import Call
from desk.documents import Act as ActBody
from desk.documents import Done, Named, ReasonedAct
from desk.endpoints import Endpoints
from desk.policy import Act
from desk.problems import problem
from desk.views import alias_of

endpoints = Endpoints("residents")
MAX_BLOCK_DAYS = 7
"""A block ends by itself; an upheld one may last this long again."""


class Block(ReasonedAct):
    """Why and for how long a person's reports are refused."""

    days: int = Field(default=1, ge=1, le=MAX_BLOCK_DAYS)


class Review(ActBody):
    """What the second person found."""

    upheld: bool


class BlockDoc(BaseModel):
    """A block, named by the ticket that led to it."""

    ticket: str
    reporter: str
    reason: str
    until: datetime
    asked_by: Named
    asked_at: datetime
    decided_by: Named | None
    is_upheld: bool | None
    is_mine: bool = Field(description="Whoever asked cannot decide.")


class Blocks(BaseModel):
    """Blocks that wait for a second person, and past ones; newest first."""

    blocks: list[BlockDoc]


@endpoints.post("/api/tickets/{number}/block", act=Act.BLOCK, takes=Block, gives=Done)
async def block_reporter(call: Call, body: Block) -> Done:
    """Refuses further reports of whoever filed this, until a second person decides."""
    conversation = require_conversation(call.ticket)
    until = call.now + timedelta(days=body.days)
    await call.audit(Act.BLOCK.value, call.ticket.number, body.reason)
    await call.services.residents.block(conversation, until, call.person.id, call.now)
    await call.services.blocks.ask(
        BlockReview(
            ticket=call.ticket.number,
            until=until,
            reason=body.reason,
            asked_by=call.person.id,
            asked_at=call.now,
        )
    )
    return Done()


@endpoints.post(
    "/api/tickets/{number}/block/review",
    act=Act.REVIEW_BLOCK,
    takes=Review,
    gives=Done,
)
async def review_block(call: Call, body: Review) -> Done:
    """Upholds or lifts a block; not by the person who asked for it."""
    number = call.ticket.number
    open_block = await call.services.blocks.waiting(number)
    if open_block is None:
        raise problem(409, "nothing", "没有等待复核的限制。")
    if open_block.asked_by == call.person.id:
        raise problem(403, "same_person", "要由另一个人来复核。")
    await call.audit(Act.REVIEW_BLOCK.value, number, "维持" if body.upheld else "解除")
    await call.services.blocks.decide(
        number, by=call.person.id, is_upheld=body.upheld, now=call.now
    )
    conversation = call.ticket.draft.conversation
    if not body.upheld and conversation:
        await call.services.residents.unblock(conversation)
    return Done()


@endpoints.get("/api/blocks", act=Act.REVIEW_BLOCK, gives=Blocks)
async def list_blocks(call: Call) -> Blocks:
    """Lists blocks on tickets within reach."""
    found = []
    for review in await call.services.blocks.newest():
        ticket = await call.services.tickets.get(review.ticket)
        if call.may(Act.REVIEW_BLOCK, ticket):
            found.append(block_doc(call, ticket, review))
    return Blocks(blocks=found)


def block_doc(call: Call, ticket: Ticket, review: BlockReview) -> BlockDoc:
    """Returns a block without saying who it is."""
    name = call.services.directory.name
    decided = review.decided_by
    return BlockDoc(
        ticket=review.ticket,
        reporter=alias_of(ticket),
        reason=review.reason,
        until=review.until,
        asked_by=Named(id=review.asked_by, name=name(review.asked_by)),
        asked_at=review.asked_at,
        decided_by=Named(id=decided, name=name(decided)) if decided else None,
        is_upheld=review.is_upheld,
        is_mine=review.asked_by == call.person.id,
    )


def require_conversation(ticket: Ticket) -> str:
    """Returns the account behind a ticket, which never leaves the server.

    Raises:
        web.HTTPConflict: Nobody is behind it.
    """
    if not ticket.life.has_reporter or not ticket.draft.conversation:
        raise problem(409, "nobody", "这件事没有对应的居民账号。")
    return ticket.draft.conversation
