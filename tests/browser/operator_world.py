"""A desk with logged dialogues, models and content of its own, all made up."""

import random
import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path

from adapters.content_repository import ContentRepository
from adapters.model_promotion import read_gates
from adapters.model_registry import Manifest, ModelRegistry, Pointer, file_hash
from adapters.model_signing import Signer
from adapters.settings import ROOT, Settings
from adapters.sql.engine import create_engine
from adapters.sql.harvest import SqlHarvest
from adapters.sql.models import SqlModels
from adapters.training_files import read_folder
from community.learning.evaluation import Exam, Opinion, compare
from desk.demo_dialogues import seed_dialogues
from training.harvest import harvest

NOW = datetime.now(timezone.utc)
SERVING, GOOD, WORSE = "model-serving", "model-good", "model-worse"
LABELS = (
    "service/id_card",
    "service/senior_age_allowance",
    "service/subsistence_allowance",
    "matter/noise",
    "matter/garbage_cleaning",
)


def environment(folder: Path, redis_url: str, port: int) -> dict[str, str]:
    """Settings of a desk whose state lies in one folder."""
    content = ContentRepository.seed(folder / "content", ROOT)
    (folder / "models").mkdir()
    return {
        "REDIS_URL": redis_url,
        "DATABASE_URL": f"sqlite:///{folder}/desk.db",
        "BLOB_DIR": str(folder / "blobs"),
        "FIELD_KEY": secrets.token_hex(32),
        "PSEUDONYM_KEY": "made up",
        "MODEL": str(folder / "models"),
        "MODEL_SIGNING_KEY": str(folder / "signing.key"),
        "CONTENT_DIR": str(content.catalog),
        "TRAINING_DATA_DIR": str(content.data),
        "DESK_PORT": str(port),
        "DESK_PASSWORD_ONLY": "1",
    }


async def fill(settings: Settings) -> None:
    """Logs dialogues, harvests them, and puts three judged models into the registry."""
    await seed_dialogues(settings, NOW)
    engine = create_engine(settings.database_url)
    try:
        await harvest(SqlHarvest(engine), lambda gram: True, NOW)
        registry = ModelRegistry.of(settings.model_path, settings.learning)
        await _add_models(registry, settings, SqlModels(engine))
    finally:
        await engine.dispose()


async def _add_models(
    registry: ModelRegistry, settings: Settings, models: SqlModels
) -> None:
    signer = Signer.from_file(settings.learning.signing_key)
    exams = _exams()
    before = _opinions(exams, wrong=0.1, seed=1)
    for days, (name, wrong) in enumerate(((SERVING, 0.1), (GOOD, 0.06), (WORSE, 0.35))):
        archive = registry.folder / f"{name}.incoming"
        archive.write_bytes(name.encode() * 100)
        manifest = Manifest(
            name,
            NOW - timedelta(days=3 - days),
            "county-operator",
            file_hash(archive),
            archive.stat().st_size,
            candidate=name != SERVING,
        )
        registry.add(archive, manifest, signer)
        after = before if name == SERVING else _opinions(exams, wrong, seed=2 + days)
        current = None if name == SERVING else SERVING
        report = {
            "candidate": name,
            "current": current,
            "at": NOW.isoformat(),
            "bytes": manifest.n_bytes,
            "bytes_current": manifest.n_bytes if current else None,
            "sets": {"frozen": compare(exams, before if current else None, after)},
        }
        failures = read_gates().check(report) if name != GOOD else []
        overall = report["sets"]["frozen"]["candidate"]["overall"]
        metrics = {n: overall[n] for n in ("first", "wrong_of_answered")}
        metrics["failed_gates"] = [failure.gate for failure in failures]
        registry.rewrite(manifest, signer, metrics=metrics)
        await models.add_model(replace(manifest, metrics=metrics))
        await models.set_report(name, report, failures)
    registry.point(Pointer(SERVING))


def _exams() -> list[Exam]:
    examples = [
        e
        for e in read_folder(ROOT / "evaluation" / "validation")
        if e.label in LABELS or e.label.startswith("oos")
    ]
    return [Exam(e.text, e.label, e.alternatives, e.emergency) for e in examples[:400]]


def _opinions(exams: Sequence[Exam], wrong: float, seed: int) -> list[Opinion]:
    """Makes opinions of which a share is wrong, and less sure."""
    draw = random.Random(seed)
    found = []
    for exam in exams:
        is_wrong = draw.random() < wrong
        label = draw.choice(LABELS) if is_wrong else exam.label
        sure = draw.uniform(0.4, 0.8) if is_wrong else draw.uniform(0.75, 0.99)
        decision = (
            "abstain" if exam.is_outside else "answer" if sure > 0.7 else "clarify"
        )
        other = next(one for one in LABELS if one != label)
        found.append(
            Opinion(
                ((label, sure), (other, 1 - sure)),
                decision,
                exam.emergency,
                candidates=(label, other),
                ms=3.0,
            )
        )
    return found
