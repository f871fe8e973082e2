"""Evaluates a candidate against the serving model, and writes the report."""

import asyncio
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from adapters.kept_files import replace_text
from adapters.model_process import ModelProcess
from adapters.model_registry import ModelRegistry
from adapters.training_files import read_folder
from community.errors import ModelRefusedError
from community.learning.evaluation import Exam, Figures, Opinion, compare
from community.learning.gates import FROZEN, RECENT, Failure
from community.learning.grams import grams
from community.learning.guards import REDUNDANT, ExampleIndex
from community.learning.report import as_markdown
from community.learning.trials import compare_trials, not_played
from training.conversations import conversation_files, trials_of
from training.loop import Loop

RECENT_DAYS = 90
REPORT, PAGE = "evaluation.json", "evaluation.md"
OPINIONS = "opinions"
"""Folder of a model with what it once said about sets of messages."""
METRICS = ("first", "answered_inside", "wrong_of_answered", "abstained_outside")


def frozen_exams(folder: Path) -> list[Exam]:
    """Reads the frozen set."""
    return [
        Exam(e.text, e.label, e.alternatives, e.emergency, e.voice)
        for e in read_folder(folder / "validation")
    ]


def unseen(exams: Sequence[Exam], index: ExampleIndex) -> list[Exam]:
    """Leaves out recent messages that training has nearly seen, and repeats."""
    kept: list[Exam] = []
    texts: set[frozenset[int]] = set()
    for exam in exams:
        found = grams(exam.text)
        nearest = index.nearest(exam.text, count=1)
        if found in texts or (nearest and nearest[0][0] >= REDUNDANT):
            continue
        texts.add(found)
        kept.append(exam)
    return kept


async def exam_sets(loop: Loop, now: datetime) -> dict[str, list[Exam]]:
    """Returns the sets that judge; the recent one only if it has messages."""
    learning = loop.settings.learning
    sets = {FROZEN: frozen_exams(learning.evaluation_dir)}
    recent = await loop.models.recent_exams(now - timedelta(days=RECENT_DAYS))
    if recent:
        sets[RECENT] = unseen(recent, loop.index())
    return sets


def _file_for(registry: ModelRegistry, model: str, texts: Sequence[str]) -> Path:
    digest = hashlib.sha256("\n".join(texts).encode()).hexdigest()[:24]
    return registry.folder / model / OPINIONS / f"{digest}.json"


@dataclass(frozen=True)
class Examiners:
    """Processes that wait for a candidate: they start while it is being trained."""

    judge: ModelProcess = field(default_factory=lambda: ModelProcess("judge"))
    player: ModelProcess = field(default_factory=lambda: ModelProcess("converse"))

    async def start(self) -> None:
        """Lets them load what they are made of."""
        await asyncio.gather(self.judge.start(), self.player.start())

    async def close(self) -> None:
        """Ends those that still run."""
        await asyncio.gather(self.judge.close(), self.player.close())


async def opinions_of(
    registry: ModelRegistry,
    model: str,
    texts: Sequence[str],
    judge: ModelProcess | None = None,
) -> list[Opinion]:
    """Returns what a model makes of some messages; asked once, then kept beside it.

    Args:
        registry: Where the model is.
        model: Its id.
        texts: The messages.
        judge: Process for `judge` that waits for a model; a new one by default.

    Raises:
        ModelRefusedError: The model is not what was signed.
    """
    registry.verified_archive(model)
    path = _file_for(registry, model, texts)
    if path.is_file():
        docs = json.loads(path.read_text(encoding="utf-8"))
        return [Opinion.from_doc(doc) for doc in docs]
    judge = judge or ModelProcess("judge")
    async with judge.loaded(registry.folder / model) as process:
        found = await process.opinions(texts)
    path.parent.mkdir(exist_ok=True)
    docs = [asdict(opinion) for opinion in found]
    replace_text(path, json.dumps(docs, ensure_ascii=False))
    return found


async def warm_up(loop: Loop, now: datetime) -> None:
    """Asks the serving model beforehand, while the candidate is trained."""
    serving = loop.registry.serving()
    if not serving:
        return
    await opinions_of(loop.registry, serving, _texts(await exam_sets(loop, now)))
    files = conversation_files(loop.settings.learning.conversations_dir)
    if files:
        await trials_of(loop.registry, serving, files)


def _texts(sets: Mapping[str, Sequence[Exam]]) -> list[str]:
    return [exam.text for exams in sets.values() for exam in exams]


async def evaluate(
    loop: Loop, model: str, now: datetime, examiners: Examiners | None = None
) -> tuple[dict[str, Any], list[Failure]]:
    """Judges a candidate and stores the report: SQL, JSON and Markdown.

    Args:
        loop: The loop's parts.
        model: Id of the candidate.
        now: Current instant, aware UTC.
        examiners: Those that wait for it already; new ones by default.

    Raises:
        ModelRefusedError: The candidate is not what was signed.
    """
    registry, sets = loop.registry, await exam_sets(loop, now)
    manifest = registry.manifest(model)
    serving = registry.serving()
    current = serving if serving != model else None
    texts = _texts(sets)
    examiners = examiners or Examiners()
    after, before, conversations = await asyncio.gather(
        opinions_of(registry, model, texts, examiners.judge),
        _opinions_before(registry, current, texts),
        _conversations(loop, model, current, examiners.player),
    )
    report: dict[str, Any] = {
        "candidate": model,
        "current": current,
        "at": now.isoformat(timespec="seconds"),
        "bytes": manifest.n_bytes,
        "bytes_current": registry.manifest(current).n_bytes if current else None,
        "sets": {},
        "conversations": conversations,
    }
    start = 0
    for name, exams in sets.items():
        end = start + len(exams)
        report["sets"][name] = compare(
            exams, before[start:end] if current else None, after[start:end]
        )
        start = end
    failures = loop.gates.check(report)
    report["unjudged"] = [[f.gate, f.reason] for f in loop.gates.unjudged(report)]
    await _keep(loop, model, report, failures)
    return report, failures


async def _opinions_before(
    registry: ModelRegistry, current: str | None, texts: Sequence[str]
) -> list[Opinion]:
    return await opinions_of(registry, current, texts) if current else []


async def _conversations(
    loop: Loop, model: str, current: str | None, player: ModelProcess
) -> Figures:
    """Plays the written conversations; says so where there are none."""
    folder = loop.settings.learning.conversations_dir
    files = conversation_files(folder)
    if not files:
        return not_played(f"没有对话文件：{folder}")
    try:
        after = await trials_of(loop.registry, model, files, player)
    except ModelRefusedError as err:
        return not_played(str(err))
    if current is None:
        return compare_trials(None, after)
    try:
        before = await trials_of(loop.registry, current, files)
    except ModelRefusedError:
        before = None  # of an older program: the limits that need no comparison stay
    return compare_trials(before, after)


async def _keep(
    loop: Loop, model: str, report: dict[str, Any], failures: Sequence[Failure]
) -> None:
    registry = loop.registry
    manifest = registry.manifest(model)
    overall = report["sets"][FROZEN]["candidate"]["overall"]
    metrics = {name: overall[name] for name in METRICS}
    metrics["failed_gates"] = [failure.gate for failure in failures]
    registry.rewrite(manifest, loop.signer(), metrics=metrics)
    folder = registry.folder / model
    replace_text(folder / REPORT, json.dumps(report, ensure_ascii=False, indent=1))
    replace_text(folder / PAGE, as_markdown(report, failures))
    await loop.models.add_model(registry.manifest(model))
    await loop.models.set_report(model, report, failures)
