"""Models: train, look at a candidate, promote it, go back."""

import asyncio
from typing import Any

from adapters.model_registry import ModelRegistry
from adapters.sql.models import Promotion
from adapters.sql.training_jobs import Job
from community.errors import (
    ConflictError,
    ModelRefusedError,
    NotFoundError,
    PromotionRefusedError,
)
from community.learning.labels import name_of
from desk.calls import Call
from desk.documents import Named
from desk.endpoints import Endpoints
from desk.model_documents import (
    Asked,
    JobDoc,
    ModelDoc,
    ModelReport,
    Models,
    PromoteWish,
    PromotionDoc,
    Replay,
    RollbackWish,
    WorkerDoc,
)
from desk.policy import Act

endpoints = Endpoints("models")
SHOWN = 20


@endpoints.get("/api/learn/models", act=Act.LEARN, gives=Models)
async def list_models(call: Call) -> Models:
    """Lists models, what serves, and what is under way."""
    learning = call.services.learning
    registry, limits = learning.registry, learning.promotion.gates.limits["promotion"]
    pointer, serving = registry.pointer(), registry.serving() or ""
    status = await learning.status()
    found = await asyncio.to_thread(_model_docs, call, registry)
    jobs = await learning.jobs.newest(call.now, limit=SHOWN)
    promotions = await learning.models.promotions(limit=SHOWN)
    return Models(
        serving=serving,
        previous=pointer.previous if pointer is not None else "",
        workers=[
            WorkerDoc(worker=worker, model=model)
            for worker, model in sorted(status.serving.items())
        ],
        refused=status.refused,
        models=found,
        jobs=[_job_doc(call, job) for job in jobs],
        promotions=[_promotion_doc(call, one) for one in promotions],
        approvals=int(limits["approvals"]),
        delay_s=limits["delay_s"],
        n_waiting=sum((await learning.queue.waiting()).values()),
    )


@endpoints.post("/api/learn/models/train", act=Act.LEARN, gives=Asked)
async def train_model(call: Call) -> Asked:
    """Asks for a candidate from the examples accepted so far."""
    await call.audit("model_train", "train")
    jobs = call.services.learning.jobs
    return Asked(job=await jobs.request("train", call.person.id, call.now))


@endpoints.get("/api/learn/models/{model}", act=Act.LEARN, gives=ModelReport)
async def model_report(call: Call) -> ModelReport:
    """Shows how a model was judged."""
    learning, model = call.services.learning, call.path("model")
    found = await learning.models.report(model)
    if found is None:
        raise NotFoundError(f"{model} was not judged")
    report, failures = found
    catalog = call.services.catalog()
    try:
        refusals = await learning.promotion.refusals(model)
    except PromotionRefusedError as err:
        refusals = err.reasons
    return ModelReport(
        model=await asyncio.to_thread(_model_doc, call, learning.registry, model),
        report=report,
        failures=[(failure.gate, failure.reason) for failure in failures],
        refusals=refusals,
        names={label: name_of(catalog, label) for label in _labels_in(report)},
    )


@endpoints.post("/api/learn/models/{model}/evaluate", act=Act.LEARN, gives=Asked)
async def evaluate_model(call: Call) -> Asked:
    """Asks for a model to be judged again."""
    return await _ask(call, "evaluate", "model_evaluate")


@endpoints.post(
    "/api/learn/models/{model}/promote",
    act=Act.LEARN,
    takes=PromoteWish,
    gives=Asked,
)
async def promote_model(call: Call, body: PromoteWish) -> Asked:
    """Asks for a candidate to serve; refused with the reasons where a gate fell."""
    model = call.path("model")
    refusals = await call.services.learning.promotion.refusals(model)
    if refusals and not body.override:
        raise PromotionRefusedError(refusals)
    act = "model_override" if refusals else "model_promote"
    return await _ask(call, "promote", act, body.override)


async def _ask(call: Call, kind: str, act: str, argument: str = "") -> Asked:
    learning, model = call.services.learning, call.path("model")
    await asyncio.to_thread(learning.registry.manifest, model)
    await call.audit(act, model, argument)
    job = await learning.jobs.request(
        kind, call.person.id, call.now, subject=model, argument=argument
    )
    return Asked(job=job)


@endpoints.get("/api/learn/promotions/{id}", act=Act.LEARN, gives=Replay)
async def promotion_replay(call: Call) -> Replay:
    """Lists the messages of the last days whose outcome would differ."""
    models, number = call.services.learning.models, _number(call.path("id"))
    wanted = await models.promotion(number)
    found = await models.replay(number) or {}
    return Replay(
        promotion=_promotion_doc(call, wanted),
        n_messages=found.get("messages", 0),
        n_left_out=found.get("left_out", 0),
        n_different=found.get("n_different", 0),
        unjudged=found.get("unjudged", []),
        differences=found.get("differences", []),
    )


@endpoints.post("/api/learn/promotions/{id}/approve", act=Act.LEARN, gives=PromotionDoc)
async def approve_promotion(call: Call) -> PromotionDoc:
    """Approves a promotion: the model serves from now on."""
    number = _number(call.path("id"))
    wanted = await call.services.learning.models.promotion(number)
    await call.audit("model_approve", wanted.model, f"{number}")
    done = await call.services.learning.promotion.approve(
        number, call.person.id, call.now
    )
    return _promotion_doc(call, done)


@endpoints.post("/api/learn/promotions/{id}/refuse", act=Act.LEARN, gives=PromotionDoc)
async def refuse_promotion(call: Call) -> PromotionDoc:
    """Ends a promotion that is not wanted, or that who asked takes back."""
    number = _number(call.path("id"))
    learning = call.services.learning
    wanted = await learning.models.promotion(number)
    await call.audit("model_refuse", wanted.model, f"{number}")
    done = await learning.promotion.refuse(number, call.person.id, call.now)
    return _promotion_doc(call, done)


@endpoints.post(
    "/api/learn/models/rollback",
    act=Act.LEARN,
    takes=RollbackWish,
    gives=PromotionDoc,
)
async def roll_back(call: Call, body: RollbackWish) -> PromotionDoc:
    """Goes back to the model before, at once."""
    pointer = call.services.learning.registry.pointer()
    if pointer is not None and pointer.current != body.serving:
        raise ConflictError(pointer.changed_by)
    if pointer is None or not pointer.previous:
        raise PromotionRefusedError(["没有可以换回去的模型；要换请重新申请上线"])
    await call.audit("model_rollback", pointer.previous)
    done = await call.services.learning.promotion.roll_back(
        body.serving, call.person.id, call.now
    )
    return _promotion_doc(call, done)


def _number(text: str) -> int:
    if not text.isdigit() or int(text) > 2**31 - 1:
        raise NotFoundError(f"{text} is no number of a promotion")
    return int(text)


def _named(call: Call, person: str) -> Named:
    return Named(id=person, name=call.services.directory.name(person))


def _model_docs(call: Call, registry: ModelRegistry) -> list[ModelDoc]:
    found = [_model_doc(call, registry, model) for model in registry.ids()]
    return sorted(found, key=lambda m: m.created_at.timestamp() if m.created_at else 0)[
        ::-1
    ]


def _model_doc(call: Call, registry: ModelRegistry, model: str) -> ModelDoc:
    pointer = registry.pointer()
    doc = ModelDoc(
        id=model,
        n_bytes=0,
        is_serving=model == registry.serving(),
        is_previous=pointer is not None and model == pointer.previous,
        is_candidate=False,
        distrusted="",
        failed_gates=[],
        is_evaluated=False,
    )
    try:
        manifest = registry.manifest(model)
    except ModelRefusedError:
        return doc.copy(update={"distrusted": "签名不对或文件不全，不会装载。"})
    return doc.copy(
        update={
            "created_at": manifest.created_at,
            "created_by": _named(call, manifest.created_by),
            "n_bytes": manifest.n_bytes,
            "is_candidate": manifest.candidate,
            "first": manifest.metrics.get("first"),
            "wrong_of_answered": manifest.metrics.get("wrong_of_answered"),
            "failed_gates": list(manifest.metrics.get("failed_gates", [])),
            "is_evaluated": bool(manifest.metrics),
        }
    )


def _job_doc(call: Call, job: Job) -> JobDoc:
    return JobDoc(
        id=job.id,
        kind=job.kind,
        subject=job.subject,
        state=job.state,
        stage=job.stage,
        progress=job.progress,
        asked_by=_named(call, job.asked_by),
        model=job.model,
        error=job.error,
        started_at=job.started_at,
        finished_at=job.finished_at,
    )


def _promotion_doc(call: Call, one: Promotion) -> PromotionDoc:
    return PromotionDoc(
        id=one.id,
        kind=one.kind,
        state=one.state,
        model=one.model,
        before=one.before,
        asked_by=_named(call, one.asked_by),
        asked_at=one.asked_at,
        approved_by=_named(call, one.approved_by) if one.approved_by else None,
        reasons=list(one.reasons),
        override=one.override,
        is_mine=one.asked_by == call.person.id,
    )


def _labels_in(report: dict[str, Any]) -> set[str]:
    """Returns every label that a report names."""
    found: set[str] = set()
    for one in report.get("sets", {}).values():
        found |= set(one["candidate"]["labels"])
        for change in one.get("changes", []):
            for outcome in (change["label"], change["before"], change["after"]):
                found |= {
                    word.strip(",") for word in str(outcome).split() if "/" in word
                }
    return found
