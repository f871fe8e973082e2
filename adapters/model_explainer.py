"""Explains messages by the serving model; its process starts with the first question."""

import asyncio
from collections.abc import Callable
from time import monotonic

from adapters.model_process import ModelProcess
from adapters.model_registry import ModelRegistry
from community.catalog.model import Catalog
from community.errors import ModelRefusedError
from community.learning.explanation import Why, read_why

RETRY_AFTER_S = 60.0


class ModelExplainer:
    """Keeps one process for the model that serves, and changes with it."""

    def __init__(
        self, registry: ModelRegistry, clock: Callable[[], float] = monotonic
    ) -> None:
        """Starts nothing yet."""
        self._registry = registry
        self._clock = clock
        self._process: ModelProcess | None = None
        self._version: tuple[int, int] | None = None
        self._retry_at = 0.0
        self._lock = asyncio.Lock()

    async def why(self, catalog: Catalog, text: str, labels: tuple[str, ...]) -> Why:
        """Explains one message.

        Raises:
            ModelRefusedError: No model can be asked now.
        """
        question = {"text": text, "labels": list(labels)}
        async with self._lock:
            process = await self._ready()
            try:
                answer = await process.ask(question)
            except (ModelRefusedError, OSError, asyncio.TimeoutError) as err:
                await self._give_up()
                raise ModelRefusedError(f"explain: {err!r}") from err
        return read_why(answer, catalog, labels)

    async def _ready(self) -> ModelProcess:
        version = self._registry.version()
        if self._process is not None and version == self._version:
            return self._process
        if self._process is None and self._clock() < self._retry_at:
            raise ModelRefusedError("explain: the model could not be loaded")
        await self.close()
        process = ModelProcess("explain")
        try:
            await process.load(self._registry.folder)
        except (ModelRefusedError, OSError):
            await self._give_up()
            raise
        self._process, self._version = process, version
        return process

    async def _give_up(self) -> None:
        await self.close()
        self._retry_at = self._clock() + RETRY_AFTER_S

    async def close(self) -> None:
        """Ends the process, if it runs."""
        process, self._process = self._process, None
        if process is not None:
            await process.close()
