"""Review: what residents asked and the assistant failed on, decided by operators."""

from community.errors import ModelRefusedError, NotFoundError
from community.learning.entry import LogEntry
from community.learning.explanation import rules_of
from community.learning.guards import Objection
from community.learning.labels import label_names, name_of
from community.learning.review import Cluster, Question, Verdict
from desk.calls import Call
from desk.documents_review import (
    MAX_AT_ONCE,
    Candidate,
    ClusterDoc,
    Counted,
    Decided,
    DecisionWish,
    DetailQuery,
    Details,
    Guess,
    LabelDoc,
    Labels,
    ListWish,
    QuestionDoc,
    ReviewList,
    TurnDoc,
    Undone,
    UndoWish,
    WarningDoc,
    WarningQuery,
    Warnings,
)
from desk.endpoints import Endpoints
from desk.policy import Act

endpoints = Endpoints("learning")
RANKED = 5
GRAMS_SHOWN = 6


@endpoints.post(
    "/api/learn/review/claim", act=Act.LEARN, takes=ListWish, gives=ReviewList
)
async def claim_review(call: Call, body: ListWish) -> ReviewList:
    """Gives the caller what is worth most, and keeps it from others for a while."""
    queue = call.services.learning.queue
    found = await queue.clusters(call.person.id, call.now, limit=body.limit, claim=True)
    return await _list(call, found)


@endpoints.get("/api/learn/review/held", act=Act.LEARN, gives=ReviewList)
async def held_review(call: Call) -> ReviewList:
    """Lists what somebody wanted a colleague to look at."""
    queue = call.services.learning.queue
    found = await queue.clusters(call.person.id, call.now, limit=MAX_AT_ONCE, held=True)
    return await _list(call, found)


async def _list(call: Call, found: list[Cluster]) -> ReviewList:
    queue = call.services.learning.queue
    counts = await call.services.learning.figures.queue_counts()
    return ReviewList(
        clusters=[_cluster_doc(call, one) for one in found if one.questions],
        n_open=counts["open"],
        n_held=counts["held"],
        n_waiting=sum((await queue.waiting()).values()),
    )


@endpoints.get("/api/learn/labels", act=Act.LEARN, gives=Labels)
async def list_labels(call: Call) -> Labels:
    """Lists all labels with the initials of their sounds."""
    catalog = call.services.catalog()
    labels = await call.services.learning.data.labels(catalog)
    return Labels(
        labels=[
            LabelDoc(
                label=one.label,
                name=one.name,
                initials=one.initials,
                words=list(one.words),
            )
            for one in label_names(catalog, labels)
        ]
    )


@endpoints.get(
    "/api/learn/questions/{id}", act=Act.LEARN, takes=DetailQuery, gives=Details
)
async def question_details(call: Call, query: DetailQuery) -> Details:
    """Shows the dialogue around a question, and why the model thought so."""
    learning = call.services.learning
    question = (await learning.queue.questions([_number(call.path("id"))]))[0]
    ranked = [label for label, _ in question.ranking]
    wanted = [name for name in (query.first, query.second) if name]
    labels = tuple(dict.fromkeys([*wanted, *ranked]))[:2]
    turns = await learning.log.conversation(question.turn) if question.turn else []
    candidates, note = await _candidates(
        call, question, labels, explain=not query.quick
    )
    return Details(
        dialogue=[turn_doc(call, turn, question.turn) for turn in turns],
        candidates=candidates,
        note=note,
    )


async def _candidates(
    call: Call, question: Question, labels: tuple[str, ...], *, explain: bool
) -> tuple[list[Candidate], str]:
    catalog, note = call.services.catalog(), ""
    counted: dict[str, list[Counted]] = {}
    explainer = call.services.learning.explainer
    try:
        why = await explainer.why(catalog, question.text, labels) if explain else None
    except ModelRefusedError:
        note = "现在没有可用的模型，看不了它为什么这样想。"
        why = None
    if why is not None:
        counted = {
            label: [
                Counted(family=family, gram=gram, weight=round(say, 3))
                for family, gram, say in found[:GRAMS_SHOWN]
            ]
            for label, found in why.reasons.items()
        }
    return [
        Candidate(
            label=label,
            name=name_of(catalog, label),
            counted=counted.get(label, []),
            rules=[
                f"{'别处' if to == 'outside' else name_of(catalog, to)}：{rule}"
                for _, to, rule in rules_of(catalog, label)
            ],
        )
        for label in labels
    ], note


@endpoints.get(
    "/api/learn/review/warnings", act=Act.LEARN, takes=WarningQuery, gives=Warnings
)
async def review_warnings(call: Call, query: WarningQuery) -> Warnings:
    """Says what speaks against giving questions a label."""
    review = await call.services.learning.review(call.services.catalog())
    ids = [int(one) for one in query.ids.split(",")]
    found = await review.warn(ids, query.label, instead_of=query.instead_of)
    return Warnings(
        warnings=[
            _warning(number, objection)
            for number, objections in found.items()
            for objection in objections
        ]
    )


@endpoints.post(
    "/api/learn/review/decide", act=Act.LEARN, takes=DecisionWish, gives=Decided
)
async def decide_review(call: Call, body: DecisionWish) -> Decided:
    """Decides questions, all or none; the guards must agree or be overruled."""
    learning = call.services.learning
    review = await learning.review(call.services.catalog())
    verdict = Verdict(
        body.decision, label=body.label, note=body.note, despite=frozenset(body.despite)
    )
    versions = {one.id: one.version for one in body.questions}
    overruled = "，".join(guard.value for guard in body.despite)
    await call.audit(
        "learn_decide",
        ",".join(map(str, versions)),
        f"{body.decision.value} {body.label} {overruled}".strip(),
    )
    batch = await review.decide(
        list(versions), verdict, call.person.id, call.now, versions=versions
    )
    waiting = sum((await learning.queue.waiting()).values())
    return Decided(batch=batch, n_questions=len(versions), n_waiting=waiting)


@endpoints.post("/api/learn/review/undo", act=Act.LEARN, takes=UndoWish, gives=Undone)
async def undo_review(call: Call, body: UndoWish) -> Undone:
    """Takes a decision of the caller back."""
    await call.audit("learn_undo", body.batch or "newest")
    n_questions = await call.services.learning.queue.undo(
        call.person.id, call.now, batch=body.batch or None
    )
    return Undone(n_questions=n_questions)


def _number(text: str) -> int:
    if not text.isdigit() or int(text) > 2**31 - 1:
        raise NotFoundError(f"{text} is no number of a question")
    return int(text)


def _warning(question: int, objection: Objection) -> WarningDoc:
    return WarningDoc(
        question=question,
        guard=objection.guard.value,
        text=objection.text,
        is_final=objection.is_final,
    )


def _cluster_doc(call: Call, cluster: Cluster) -> ClusterDoc:
    return ClusterDoc(
        id=cluster.id,
        score=round(cluster.score, 2),
        n_questions=cluster.n_questions,
        n_persons=cluster.n_persons,
        n_turns=cluster.n_turns,
        questions=[_question_doc(call, one) for one in cluster.questions],
    )


def _question_doc(call: Call, question: Question) -> QuestionDoc:
    catalog = call.services.catalog()
    held_by = question.held_by
    return QuestionDoc(
        id=question.id,
        version=question.version,
        text=question.text,
        n_persons=question.n_persons,
        n_turns=question.n_turns,
        decision=question.decision,
        suggestion=question.suggestion,
        suggestion_name=name_of(catalog, question.suggestion),
        is_chosen_by_residents=bool(question.suggested),
        guesses=[
            Guess(label=label, name=name_of(catalog, label), confidence=confidence)
            for label, confidence in question.ranking[:RANKED]
        ],
        facets=list(question.facets),
        emergency=question.emergency,
        reasons=list(question.reasons),
        judges=question.split != "train",
        held_by=call.services.directory.name(held_by) if held_by else None,
        last_at=question.last_at,
    )


def turn_doc(call: Call, turn: LogEntry, this: str) -> TurnDoc:
    """Returns a turn of a dialogue, with what was answered."""
    return TurnDoc(
        at=turn.at,
        text=turn.text,
        is_this=turn.message == this,
        outcome=outcome_of(call, turn),
        answer=list(turn.answer),
        offered=list(turn.offered),
    )


def outcome_of(call: Call, turn: LogEntry) -> str:
    """Returns in words what the assistant did with a message."""
    catalog = call.services.catalog()
    if turn.decision == "failed":
        return "系统出了毛病，没处理成"
    if turn.emergency:
        return "按险情答了"
    item = name_of(catalog, turn.item or turn.label) if turn.item or turn.label else ""
    if turn.chosen:
        return f"居民点了：{item}" if item else "居民点了选项"
    if turn.decision == "clarify":
        names = [name_of(catalog, label) for label, _ in turn.ranking[:3]]
        return f"反问：{'、'.join(names)}？"
    if turn.decision == "abstain":
        return "没听懂，没答"
    return f"答了：{item}" if item else "答了"
