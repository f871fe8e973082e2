"""A loop of learning with models that are no models: fast, and never Rasa."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.model_promotion import read_gates
from adapters.model_registry import Manifest, ModelRegistry, file_hash
from adapters.settings import Settings
from adapters.sql.engine import create_engine
from community.learning.entry import LogEntry
from community.learning.evaluation import Opinion
from community.learning.review import Review
from community.learning.trials import Trial
from tests.conftest import NOW
from tests.databases import migrated
from training import evaluate as evaluation
from training import promote, trainjob
from training.conversations import name_of
from training.harvest import harvest
from training.loop import Loop

AGE, LOW = "service/senior_age_allowance", "service/subsistence_allowance"
LATER = NOW + timedelta(minutes=5)
TRAINING = f"""version: "3.1"

nlu:
  - intent: {AGE}
    examples: |
      - 俺娘八十三了高龄津贴要带啥
"""
EXAMS = f"""version: "3.1"

nlu:
  - intent: {AGE}
    metadata: {{voice: elder}}
    examples: |
      - 老人的津贴多少钱
      - 八十岁的补贴在哪领
  - intent: {LOW}
    metadata: {{voice: elder, emergency: fire}}
    examples: |
      - 着火了低保证也烧了
  - intent: oos_other
    metadata: {{voice: elder}}
    examples: |
      - 今天天气咋样
"""


class FakeModels:
    """Models that answer by the table of their name."""

    def __init__(self) -> None:
        self.wrong: set[str] = set()
        """Models that say the wrong item to everything inside."""
        self.asked: list[str] = []
        self.n_waiting = 0
        """Processes that were started and not ended."""
        self.rude: set[str] = set()
        """Models that fail in some conversations."""

    async def trials_of(
        self, registry: ModelRegistry, model: str, files: list[Path], _: object = None
    ) -> list[Trial]:
        registry.verified_archive(model)
        return [
            Trial(name_of(file), ("turn 1: too long",))
            if model in self.rude and n % 10 == 0
            else Trial(name_of(file), ())
            for n, file in enumerate(files)
        ]

    def process(self, _: str) -> "FakeProcess":
        return FakeProcess(self)

    def opinion(self, model: str, text: str) -> Opinion:
        label = LOW if "低保" in text else AGE
        if "天气" in text:
            label = "oos_other"
        elif model in self.wrong:
            label = "service/id_card"
        emergency = "fire" if "着火" in text else None
        decision = "abstain" if label == "oos_other" else "answer"
        return Opinion(
            ((label, 0.98), ("talk_greet", 0.02)), decision, emergency, ms=3.0
        )

    async def opinions_of(
        self, registry: ModelRegistry, model: str, texts: list[str], _: object = None
    ) -> list[Opinion]:
        registry.verified_archive(model)
        self.asked.append(model)
        return [self.opinion(model, text) for text in texts]


class FakeProcess:
    """Stands for `python -m bot judge`."""

    def __init__(self, models: FakeModels) -> None:
        self.models, self.model = models, ""

    async def start(self) -> None:
        self.models.n_waiting += 1

    async def close(self) -> None:
        self.models.n_waiting -= 1

    @asynccontextmanager
    async def loaded(self, folder: Path) -> AsyncIterator["FakeProcess"]:
        self.model = folder.name
        yield self

    async def opinions(self, texts: list[str]) -> list[Opinion]:
        self.models.asked.append(f"{self.model} {len(texts)}")
        return [self.models.opinion(self.model, text) for text in texts]


@pytest.fixture
def fakes(monkeypatch: pytest.MonkeyPatch) -> FakeModels:
    found = FakeModels()
    monkeypatch.setattr(evaluation, "opinions_of", found.opinions_of)
    monkeypatch.setattr(promote, "ModelProcess", found.process)
    monkeypatch.setattr(evaluation, "ModelProcess", found.process)
    monkeypatch.setattr(evaluation, "trials_of", found.trials_of)
    return found


@pytest.fixture
async def loop(tmp_path: Path, fakes: FakeModels) -> AsyncIterator[Loop]:
    """A loop over small files, SQLite and an empty registry."""
    for path, text in (
        (f"data/nlu/{AGE}.yml", TRAINING),
        ("evaluation/validation/exams.yml", EXAMS),
        ("evaluation/calibration/none.yml", 'version: "3.1"\nnlu: []\n'),
    ):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    for n in range(20):
        kind = tmp_path / "conversations" / ("emergency" if n < 5 else "happy")
        kind.mkdir(parents=True, exist_ok=True)
        (kind / f"test_talk_{n:02}.yml").write_text("turns: []\n")
    (tmp_path / "models").mkdir()
    settings = Settings.from_env({})
    learning = replace(
        settings.learning,
        data_dir=tmp_path / "data",
        evaluation_dir=tmp_path / "evaluation",
        conversations_dir=tmp_path / "conversations",
        signing_key=tmp_path / "signing.key",
        pseudonym_key="test",
    )
    settings = replace(
        settings,
        learning=learning,
        model_path=tmp_path / "models",
        database_url=f"sqlite:///{tmp_path}/loop.db",
    )
    await asyncio.to_thread(migrated, settings.database_url)
    engine = create_engine(settings.database_url)
    registry = ModelRegistry.of(tmp_path / "models", learning)
    yield Loop(settings, engine, registry, read_gates())
    await engine.dispose()


def add(loop: Loop, name: str, *, candidate: bool = True, days: int = 0) -> Manifest:
    archive = loop.registry.folder / f"{name}.incoming"
    archive.write_bytes((name.encode() * 1_000)[:1_000])
    manifest = Manifest(
        name,
        NOW + timedelta(days=days),
        "anna",
        file_hash(archive),
        1_000,
        candidate=candidate,
    )
    loop.registry.add(archive, manifest, loop.signer())
    return manifest


async def judged(loop: Loop, name: str) -> None:
    await evaluation.evaluate(loop, name, NOW)


@pytest.fixture
def trains(monkeypatch: pytest.MonkeyPatch, loop: Loop) -> list[str]:
    """Training that only notes the data that it saw."""
    seen: list[str] = []

    async def fake(_: Loop, model: str, by: str, told: trainjob.Tell) -> None:
        path = loop.settings.learning.data_dir / "nlu" / f"{AGE}.yml"
        seen.append(path.read_text(encoding="utf-8"))
        await told("trained", 0.8)
        add(loop, model)

    monkeypatch.setattr(trainjob, "_train_apart", fake)
    return seen


async def log_something(loop: Loop, text: str, who: str = "web:b") -> None:
    names = loop.settings.learning.pseudonyms()
    while int(names.person(who)[:8], 16) % 5 == 0:  # somebody whose questions train
        who += "x"
    entry = LogEntry(
        message=names.message(who + text),
        person=names.person(who),
        at=NOW,
        channel="web",
        kind="text",
        text=text,
        model="old",
        latency_ms=9,
        ranking=((AGE, 0.4), ("oos_other", 0.3)),
        decision="clarify",
        intent="nlu_fallback",
    )
    await loop.log.store([entry.to_json()])
    await harvest(loop.harvest, loop.index().is_known, NOW)


def review_of(loop: Loop) -> Review:
    return Review(loop.queue, loop.index(), [AGE, LOW, "oos_other", "oos_gov"])
