"""Decided questions, found again and corrected; sentences that operators write."""

from community.learning.decided import DecidedQuery, DecidedQuestion, Revision
from community.learning.labels import name_of
from community.learning.own_words import OwnWords
from community.learning.review import Verdict
from desk.calls import Call
from desk.documents_decided import (
    PAGE,
    DecidedDoc,
    DecidedList,
    DecidedSearch,
    OwnWordsWish,
    RevisionWish,
)
from desk.documents_review import Decided
from desk.endpoints import Endpoints
from desk.policy import Act

endpoints = Endpoints("learning")


@endpoints.get(
    "/api/learn/decided", act=Act.LEARN, takes=DecidedSearch, gives=DecidedList
)
async def list_decided(call: Call, query: DecidedSearch) -> DecidedList:
    """Finds questions that were decided, by whomever and however long ago."""
    wanted = DecidedQuery(query.text, query.label, query.before, PAGE)
    found = await call.services.learning.decided.find(wanted)
    return DecidedList(
        questions=[_doc(call, one) for one in found],
        next=found[-1].annotation if len(found) == PAGE else 0,
    )


@endpoints.post(
    "/api/learn/decided/revise", act=Act.LEARN, takes=RevisionWish, gives=Decided
)
async def revise_decided(call: Call, body: RevisionWish) -> Decided:
    """Puts decided questions back into the list, or gives them another label."""
    learning = call.services.learning
    review = await learning.review(call.services.catalog())
    versions = {one.id: one.version for one in body.questions}
    verdict = None
    if body.decision is not None:
        verdict = Verdict(
            body.decision, label=body.label, despite=frozenset(body.despite)
        )
    said = body.decision.value if body.decision is not None else "reopen"
    await call.audit(
        "learn_revise",
        ",".join(map(str, versions)),
        f"{said} {body.label} {body.reason}".strip(),
    )
    batch = await Revision(learning.decided, review).revise(
        versions, body.reason, call.person.id, call.now, verdict=verdict
    )
    return Decided(
        batch=batch,
        n_questions=len(versions),
        n_waiting=sum((await learning.queue.waiting()).values()),
    )


@endpoints.post(
    "/api/learn/own-words", act=Act.LEARN, takes=OwnWordsWish, gives=Decided
)
async def add_own_words(call: Call, body: OwnWordsWish) -> Decided:
    """Takes in sentences that the caller has written; the guards must agree."""
    learning = call.services.learning
    review = await learning.review(call.services.catalog())
    overruled = "，".join(guard.value for guard in body.despite)
    said = f"{len(body.texts)} 句 {overruled}".strip()
    await call.audit("learn_write", body.label, said)
    batch = await OwnWords(learning.own_words, review).add(
        body.label,
        body.texts,
        call.person.id,
        call.now,
        despite=frozenset(body.despite),
    )
    return Decided(
        batch=batch,
        n_questions=len(body.texts),
        n_waiting=sum((await learning.queue.waiting()).values()),
    )


def _doc(call: Call, one: DecidedQuestion) -> DecidedDoc:
    return DecidedDoc(
        id=one.question,
        version=one.version,
        text=one.text,
        decision=one.decision,
        label=one.label,
        label_name=name_of(call.services.catalog(), one.label) if one.label else "",
        by=call.services.directory.name(one.by),
        at=one.at,
        note=one.note,
        is_written=one.is_written,
        judges=one.judges,
    )
