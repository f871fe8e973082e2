"""Changes of the content: where they are kept, and from whom they come."""

import asyncio
from contextlib import suppress
from typing import Any

from adapters.answer_editing import went_live
from adapters.content_repository import ContentRepository
from adapters.git_command import has_git
from adapters.sql.content_drafts import LIVE, OPEN, Draft
from community.errors import ConflictError, ContentRefusedError, NotFoundError
from desk.calls import Call

NO_GIT = "这台机器没有装 git，答案在这里只能看。装好 git 再启动一次就能改。"
NOT_OURS = "内容目录不是自己的仓库（CONTENT_DIR 指到了别处），答案在这里只能看。"


def why_not() -> str:
    """Returns why content that is no repository of ours can only be read."""
    return NOT_OURS if has_git() else NO_GIT


def require_repository(call: Call) -> ContentRepository:
    """Returns the content's repository.

    Raises:
        ContentRefusedError: There is none; the reason is for operators.
    """
    repository = call.services.learning.content()
    if repository is None:
        raise ContentRefusedError([why_not()])
    return repository


async def open_drafts(call: Call) -> list[Draft]:
    """Returns drafts that wait for somebody.

    Where a crash came between a commit and its record, the record is made now.
    """
    drafts, repository = call.services.learning.drafts, call.services.learning.content()
    found = await drafts.list(state=OPEN)
    if repository is None:
        return found
    waiting = []
    for draft in found:
        live = await asyncio.to_thread(went_live, repository, draft)
        if live is None:
            waiting.append(draft)
            continue
        commit, by = live
        with suppress(ConflictError):
            await drafts.decide(draft.id, LIVE, by, commit.at, commit=commit.id)
    return waiting


async def keep(call: Call, draft: Draft) -> Draft:
    """Stores a draft of the caller."""
    return await call.services.learning.drafts.add(
        draft.kind,
        draft.path,
        draft.slot,
        draft.body,
        draft.base,
        draft.reason,
        call.person.id,
        call.now,
    )


def new_draft(
    call: Call, kind: str, path: str, slot: str, body: dict[str, Any], reason: str
) -> Draft:
    """Returns a draft that is not stored yet."""
    return Draft(
        id=0,
        kind=kind,
        path=path,
        slot=slot,
        body=body,
        base="",
        reason=reason,
        state=OPEN,
        drafted_by=call.person.id,
        drafted_at=call.now,
        decided_by=None,
        decided_at=None,
        remark="",
        commit="",
    )


def number_of(text: str) -> int:
    """Returns the number in a path.

    Raises:
        NotFoundError: It is none.
    """
    if not text.isdigit() or int(text) > 2**31 - 1:
        raise NotFoundError(f"{text} is no number")
    return int(text)
