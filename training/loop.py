"""What every command of the loop needs, built once from the settings."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.content_files import CatalogFiles
from adapters.model_promotion import ModelPromotion, read_gates
from adapters.model_registry import ModelRegistry
from adapters.model_signing import Signer
from adapters.settings import ROOT, Settings
from adapters.sql.engine import create_engine
from adapters.sql.harvest import SqlHarvest
from adapters.sql.learning import SqlDialogueLog
from adapters.sql.models import SqlModels
from adapters.sql.person_keys import PersonKeys
from adapters.sql.relabels import SqlRelabels
from adapters.sql.review import SqlReviewStore
from adapters.sql.tickets_read import SqlTicketReader
from adapters.sql.training_jobs import SqlTrainingJobs
from adapters.training_files import index_of, labels_of, read_folder
from community.learning.gates import Gates
from community.learning.guards import ExampleIndex
from community.learning.review import Review
from training.relabels import RelabelHarvest


@dataclass(frozen=True, slots=True)
class Loop:
    """The parts of the loop, over one database and one registry."""

    settings: Settings
    engine: AsyncEngine
    registry: ModelRegistry
    gates: Gates

    @property
    def log(self) -> SqlDialogueLog:
        """The dialogue log."""
        return SqlDialogueLog(self.engine, self.settings.learning.pseudonyms())

    @property
    def harvest(self) -> SqlHarvest:
        """The harvest's tables."""
        return SqlHarvest(self.engine)

    def relabels(self) -> RelabelHarvest:
        """Returns the harvest of reclassified tickets.

        Raises:
            ConfigurationError: FIELD_KEY, which opens tickets, is missing.
        """
        return RelabelHarvest(
            SqlTicketReader(self.engine, PersonKeys(self.settings.field_key)),
            self.harvest,
            SqlRelabels(self.engine),
            self.settings.learning.pseudonyms(),
            lambda: CatalogFiles(self.settings.content_dir).load().items,
        )

    @property
    def queue(self) -> SqlReviewStore:
        """The review queue."""
        return SqlReviewStore(self.engine)

    @property
    def models(self) -> SqlModels:
        """Examples, models and promotions."""
        return SqlModels(self.engine)

    @property
    def promotion(self) -> ModelPromotion:
        """Approval and rollback."""
        return ModelPromotion(self.registry, self.models, self.gates)

    @property
    def jobs(self) -> SqlTrainingJobs:
        """The record of trainings."""
        return SqlTrainingJobs(self.engine)

    def index(self, before: ExampleIndex | None = None) -> ExampleIndex:
        """Reads the training data for the guards; `before` is brought up to date."""
        learning = self.settings.learning
        return index_of(learning.data_dir, learning.evaluation_dir, before)

    def labels(self) -> frozenset[str]:
        """Returns every label: the catalogue's items and those of the data."""
        catalog = CatalogFiles(self.settings.content_dir).load()
        known = labels_of(read_folder(self.settings.learning.data_dir / "nlu"))
        services = {service.key for service in catalog.services.values()}
        matters = {matter.key for matter in catalog.matters.values()}
        return known | services | matters

    def review(self) -> Review:
        """Returns the review with the guards of the data as they are now."""
        return Review(self.queue, self.index(), self.labels())

    def signer(self) -> Signer:
        """Returns the key that signs models."""
        return Signer.from_file(self.settings.learning.signing_key)


def seed_data(folder: Path, release: Path = ROOT / "data") -> bool:
    """Copies the release's training data where a community has none of its own yet.

    Returns:
        Whether it was copied.
    """
    if folder.exists():
        return False
    partial = folder.with_name(f".{folder.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    shutil.copytree(release, partial)
    partial.rename(folder)
    return True


def now() -> datetime:
    """Returns the current instant; commands take it once and pass it on."""
    return datetime.now(timezone.utc)


@asynccontextmanager
async def open_loop(settings: Settings) -> AsyncIterator[Loop]:
    """Opens the loop's parts and closes them."""
    model = settings.model_path
    folder = model if not (model / "manifest.json").is_file() else model.parent
    seed_data(settings.learning.data_dir)
    engine = create_engine(settings.database_url)
    try:
        yield Loop(
            settings,
            engine,
            ModelRegistry.of(folder, settings.learning),
            read_gates(settings.learning.gates_file),
        )
    finally:
        await engine.dispose()
