"""What the operators' pages work with: log, review queue, models, content."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from redis.asyncio import Redis
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.content_repository import ContentRepository
from adapters.learning_settings import LearningSettings
from adapters.model_explainer import ModelExplainer
from adapters.model_promotion import ModelPromotion, read_gates
from adapters.model_registry import ModelRegistry
from adapters.model_status import ModelStatus, read_status
from adapters.redis_keys import RedisKeys
from adapters.settings import Settings
from adapters.sql.content_drafts import SqlContentDrafts
from adapters.sql.decided import SqlDecided
from adapters.sql.harvest import SqlHarvest
from adapters.sql.learning import SqlDialogueLog
from adapters.sql.learning_figures import SqlLearningFigures
from adapters.sql.models import SqlModels
from adapters.sql.own_words import SqlOwnWords
from adapters.sql.review import SqlReviewStore
from adapters.sql.training_jobs import SqlTrainingJobs
from adapters.training_files import (
    KEPT_OUT,
    TrainingExample,
    labels_of,
    read_folder,
)
from community.catalog.model import Catalog
from community.learning.guards import ExampleIndex, Known
from community.learning.review import Review


@dataclass
class TrainingData:
    """The training data; read again only if a file has changed."""

    settings: LearningSettings
    _stamp: tuple[int, ...] = ()
    _examples: tuple[TrainingExample, ...] = ()
    _kept_out: tuple[str, ...] = ()
    _index: ExampleIndex | None = None
    _is_stale: bool = True
    _reading: asyncio.Lock = field(default_factory=asyncio.Lock)
    _indexing: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def index(self) -> ExampleIndex:
        """Returns the guards' index; only the first one takes seconds to build."""
        async with self._indexing:
            examples = await self._read()
            index = self._index
            if index is not None and not self._is_stale:
                return index
            known = [Known(e.text, e.label) for e in examples]
            if index is None:
                index = await asyncio.to_thread(ExampleIndex, known, self._kept_out)
            else:
                # Not in a thread: others may be looking something up in it.
                index.update(known, self._kept_out)
            self._index, self._is_stale = index, False
        return index

    async def texts(self) -> tuple[str, ...]:
        """Returns all messages that train."""
        return tuple(example.text for example in await self._read())

    async def labels(self, catalog: Catalog) -> frozenset[str]:
        """Returns every label: the catalogue's items and those of the data."""
        return labels_of(await self._read()) | catalog.items.keys()

    async def _read(self) -> tuple[TrainingExample, ...]:
        async with self._reading:
            stamp = await asyncio.to_thread(self._stamp_now)
            if stamp != self._stamp:
                await asyncio.to_thread(self._read_files)
                self._stamp, self._is_stale = stamp, True
            return self._examples

    def _folders(self) -> tuple[Path, Path]:
        return self.settings.data_dir / "nlu", self.settings.evaluation_dir

    def _stamp_now(self) -> tuple[int, ...]:
        return tuple(
            path.stat().st_mtime_ns
            for folder in self._folders()
            for path in sorted(folder.rglob("*.yml"))
        )

    def _read_files(self) -> None:
        data, evaluation = self._folders()
        self._examples = tuple(read_folder(data))
        self._kept_out = tuple(
            example.text
            for name in KEPT_OUT
            for example in read_folder(evaluation / name)
        )


@dataclass(frozen=True)
class Learning:
    """The adapters of the operators' pages."""

    log: SqlDialogueLog
    queue: SqlReviewStore
    decided: SqlDecided
    own_words: SqlOwnWords
    harvest: SqlHarvest
    models: SqlModels
    jobs: SqlTrainingJobs
    figures: SqlLearningFigures
    registry: ModelRegistry
    promotion: ModelPromotion
    explainer: ModelExplainer
    data: TrainingData
    drafts: SqlContentDrafts
    content: Callable[[], ContentRepository | None]
    """The content's own repository; `None` where there is none."""
    redis: Redis
    keys: RedisKeys

    async def status(self) -> ModelStatus:
        """Returns what the living workers serve with."""
        return await read_status(self.redis, self.keys)

    async def review(self, catalog: Catalog) -> Review:
        """Returns the review with the guards of the data as they are now."""
        index = await self.data.index()
        return Review(self.queue, index, await self.data.labels(catalog))


def open_learning(
    settings: Settings, engine: AsyncEngine, redis: Redis, keys: RedisKeys
) -> Learning:
    """Builds the parts; nothing is connected and no process started yet."""
    path = settings.model_path
    folder = path.parent if (path / "manifest.json").is_file() else path
    registry = ModelRegistry.of(folder, settings.learning)
    models = SqlModels(engine)
    return Learning(
        log=SqlDialogueLog(engine, settings.learning.pseudonyms()),
        queue=SqlReviewStore(engine),
        decided=SqlDecided(engine),
        own_words=SqlOwnWords(engine),
        harvest=SqlHarvest(engine),
        models=models,
        jobs=SqlTrainingJobs(engine),
        figures=SqlLearningFigures(engine),
        registry=registry,
        promotion=ModelPromotion(
            registry, models, read_gates(settings.learning.gates_file)
        ),
        explainer=ModelExplainer(registry),
        data=TrainingData(settings.learning),
        drafts=SqlContentDrafts(engine),
        content=lambda: ContentRepository.around(settings.content_dir),
        redis=redis,
        keys=keys,
    )
