"""Answers: operators edit what residents read, a second person lets it live."""

import asyncio
from collections import Counter
from dataclasses import replace

from adapters import answer_editing as editing
from adapters.content_repository import Conflict
from adapters.git_command import Author
from adapters.sql.content_drafts import LIVE, OPEN, REFUSED, Draft
from adapters.yaml_files import read_yaml
from community.calendar import local_day
from community.catalog.checks import statements
from community.catalog.model import Confidence
from community.errors import ConflictError, ContentRefusedError, NotFoundError
from community.learning.labels import name_of
from desk.answer_views import (
    difference,
    draft_doc,
    key_of,
    preview,
    statement_doc,
    title_of,
)
from desk.calls import Call
from desk.documents import Named
from desk.documents_answers import (
    Answer,
    AnswerRow,
    Answers,
    Checked,
    CheckWish,
    CommitDoc,
    ConflictDoc,
    Content,
    DraftDoc,
    Drafts,
    DraftWish,
    History,
    LocalDoc,
    RefuseWish,
    ReminderDoc,
    Resolved,
    ResolveWish,
    SourceDoc,
)
from desk.drafting import (
    keep,
    new_draft,
    number_of,
    open_drafts,
    require_repository,
    why_not,
)
from desk.endpoints import Endpoints
from desk.policy import Act

endpoints = Endpoints("answers")


@endpoints.get("/api/learn/answers", act=Act.LEARN, gives=Answers)
async def list_answers(call: Call) -> Answers:
    """Lists all items with what is unchecked, expired or under way."""
    catalog, today = call.services.catalog(), local_day(call.now)
    unchecked: Counter[str] = Counter()
    expired: Counter[str] = Counter()
    for where, statement in statements(catalog):
        path = where.partition(": ")[0]
        unchecked[path] += statement.confidence is Confidence.UNKNOWN
        expired[path] += statement.is_expired(today)
    drafts = Counter(
        d.path for d in await call.services.learning.drafts.list(state=OPEN)
    )
    categories = {
        one.id: one.name
        for one in (*catalog.service_categories, *catalog.matter_categories)
    }
    return Answers(
        items=[
            AnswerRow(
                key=item.key,
                name=item.short_name,
                category=categories[item.category],
                n_unchecked=unchecked[path],
                n_expired=expired[path],
                n_drafts=drafts[path],
            )
            for item in catalog.items.values()
            for path in [editing.path_of(item.key)]
        ]
    )


@endpoints.get("/api/learn/answers/{kind}/{item}", act=Act.LEARN, gives=Answer)
async def read_answer(call: Call) -> Answer:
    """Shows an item's answers as they are, and what is drafted."""
    key = _key(call)
    catalog, path = call.services.catalog(), editing.path_of(key)
    document = await asyncio.to_thread(
        read_yaml, call.services.settings.content_dir / path
    )
    drafts = await call.services.learning.drafts.list(path=path, state=OPEN)
    return Answer(
        key=key,
        name=name_of(catalog, key),
        statements=[
            statement_doc(call, key, slot, document)
            for slot in editing.slots_of(document)
        ],
        sources=[
            SourceDoc(key=name, title=source["title"], ref=source["ref"])
            for name, source in document["sources"].items()
        ],
        local=[
            LocalDoc(key=name, name=label)
            for name, label in catalog.local_labels.items()
            if name.split(".")[0] == key.split("/")[1]
            or name.split(".")[0] not in catalog.services
        ],
        drafts=[draft_doc(call, draft) for draft in drafts],
    )


@endpoints.post(
    "/api/learn/answers/{kind}/{item}/check",
    act=Act.LEARN,
    takes=CheckWish,
    gives=Checked,
)
async def check_answer(call: Call, body: CheckWish) -> Checked:
    """Shows a statement as a resident would see it, and what is wrong with it."""
    key, statement = _key(call), body.statement.as_statement()
    draft = await _draft(call, key, body, "")
    problems = editing.evidence_problems(statement, local_day(call.now))
    repository = call.services.learning.content()
    if repository is not None and not problems:
        problems = await asyncio.to_thread(editing.problems_with, repository, draft)
    return Checked(problems=problems, preview=preview(call, key, body.slot, statement))


@endpoints.post(
    "/api/learn/answers/{kind}/{item}/drafts",
    act=Act.LEARN,
    takes=DraftWish,
    gives=DraftDoc,
)
async def draft_answer(call: Call, body: DraftWish) -> DraftDoc:
    """Keeps a change for approval; refused with everything that is wrong with it."""
    key = _key(call)
    repository = require_repository(call)
    draft = await _draft(call, key, body, body.reason)
    problems = editing.evidence_problems(draft.body, local_day(call.now))
    if not problems:
        problems = await asyncio.to_thread(editing.problems_with, repository, draft)
    if problems:
        raise ContentRefusedError(problems)
    await call.audit("answer_draft", f"{key} {body.slot}", body.reason)
    return draft_doc(call, await keep(call, draft))


@endpoints.get("/api/learn/drafts", act=Act.LEARN, gives=Drafts)
async def list_drafts(call: Call) -> Drafts:
    """Lists changes that wait for somebody, and what was decided lately."""
    drafts = call.services.learning.drafts
    limits = call.services.learning.promotion.gates.limits["promotion"]
    waiting = await open_drafts(call)
    everything = await drafts.list(limit=40)
    return Drafts(
        open=[draft_doc(call, one) for one in waiting],
        decided=[draft_doc(call, one) for one in everything if one.state != OPEN],
        approvals=int(limits["approvals"]),
        delay_s=limits["delay_s"],
    )


@endpoints.post("/api/learn/drafts/{id}/approve", act=Act.LEARN, gives=DraftDoc)
async def approve_draft(call: Call) -> DraftDoc:
    """Puts a change live, without a restart."""
    repository = require_repository(call)
    await open_drafts(call)
    draft = await call.services.learning.drafts.get(number_of(call.path("id")))
    if draft.state != OPEN:
        raise ConflictError(draft.decided_by or "?")
    _check_approval(call, draft)
    await call.audit("answer_approve", f"{draft.path} {draft.slot}", draft.reason)
    name = call.services.directory.name(draft.drafted_by)
    commit = await asyncio.to_thread(
        editing.put_live,
        repository,
        draft,
        Author(name, draft.drafted_by),
        call.person.id,
    )
    drafts = call.services.learning.drafts
    try:
        done = await drafts.decide(
            draft.id, LIVE, call.person.id, call.now, commit=commit
        )
    except ConflictError:
        done = await drafts.get(draft.id)
        if done.commit != commit:
            raise
    return draft_doc(call, done)


@endpoints.post(
    "/api/learn/drafts/{id}/refuse", act=Act.LEARN, takes=RefuseWish, gives=DraftDoc
)
async def refuse_draft(call: Call, body: RefuseWish) -> DraftDoc:
    """Ends a change that is not taken, or that its author takes back."""
    await open_drafts(call)
    drafts = call.services.learning.drafts
    draft = await drafts.get(number_of(call.path("id")))
    await call.audit("answer_refuse", f"{draft.path} {draft.slot}", body.reason)
    done = await drafts.decide(
        draft.id, REFUSED, call.person.id, call.now, remark=body.reason
    )
    return draft_doc(call, done)


@endpoints.get("/api/learn/answers/{kind}/{item}/history", act=Act.LEARN, gives=History)
async def answer_history(call: Call) -> History:
    """Lists all changes of an item, with what each of them changed."""
    repository = call.services.learning.content()
    if repository is None:
        return History(commits=[])
    path = editing.path_of(_key(call))
    commits = await asyncio.to_thread(repository.history, path, limit=20)
    texts = [
        await asyncio.to_thread(repository.difference, commit.id, path)
        for commit in commits
    ]
    return History(
        commits=[
            CommitDoc(
                id=commit.id[:12],
                at=commit.at,
                by=Named(id=commit.author, name=commit.author_name),
                reason=commit.reason,
                # The first commit is the whole file; nobody reads that as a change.
                difference=text if commit.author != "release" else "",
            )
            for commit, text in zip(commits, texts, strict=True)
        ]
    )


@endpoints.get("/api/learn/content", act=Act.LEARN, gives=Content)
async def content_state(call: Call) -> Content:
    """Says whether answers can be edited, what a release disagrees with, what expires."""
    repository = call.services.learning.content()
    catalog = call.services.catalog()
    found: list[Conflict] = []
    refusals: list[str] = []
    if repository is not None:
        found = await asyncio.to_thread(repository.conflicts)
        refusals = await asyncio.to_thread(repository.refusal)
    reason = "" if repository is not None else why_not()
    return Content(
        can_edit=repository is not None,
        why_not=reason,
        conflicts=[
            ConflictDoc(path=one.path, difference=difference(one)) for one in found
        ],
        refusals=refusals,
        reminders=[
            ReminderDoc(
                item=key,
                item_name=name_of(catalog, key),
                slot=one.slot,
                slot_title=title_of(one.slot),
                kind=one.kind,
                on=one.on,
            )
            for one in editing.reminders(catalog, local_day(call.now))
            for key in [key_of(one.path)]
        ],
    )


@endpoints.post(
    "/api/learn/content/resolve", act=Act.LEARN, takes=ResolveWish, gives=Resolved
)
async def resolve_conflict(call: Call, body: ResolveWish) -> Resolved:
    """Takes one side's file where a release and an edit disagree."""
    repository = require_repository(call)
    if body.path not in {one.path for one in repository.conflicts()}:
        raise NotFoundError(f"{body.path} is no conflict")
    await call.audit("content_resolve", body.path, body.side)
    is_merged = await asyncio.to_thread(repository.resolve, {body.path: body.side})
    return Resolved(is_merged=is_merged)


async def _draft(call: Call, key: str, body: CheckWish, reason: str) -> Draft:
    path, statement = editing.path_of(key), body.statement.as_statement()
    if editing.NEW_SOURCE in statement:
        statement["source"] = f"desk_{call.now:%Y%m%d%H%M%S}"
    document = await asyncio.to_thread(
        read_yaml, call.services.settings.content_dir / path
    )
    draft = new_draft(call, "statement", path, body.slot, statement, reason)
    base = editing.normal(editing.statement_in(document, body.slot))
    return replace(draft, base=base)


def _check_approval(call: Call, draft: Draft) -> None:
    limits = call.services.learning.promotion.gates.limits["promotion"]
    is_mine = draft.drafted_by == call.person.id
    if is_mine and limits["approvals"] == 2:
        raise ContentRefusedError(["要由另一个人批准。"])
    left_s = limits["delay_s"] - (call.now - draft.drafted_at).total_seconds()
    if is_mine and left_s > 0:
        raise ContentRefusedError([f"请再看一遍，{int(left_s) + 1} 秒后再确认。"])


def _key(call: Call) -> str:
    key = f"{call.path('kind')}/{call.path('item')}"
    if key not in call.services.catalog().items:
        raise NotFoundError(f"{key} is not in the catalogue")
    return key
