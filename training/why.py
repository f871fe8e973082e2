"""Why the model thought so, by a process of its own."""

from pathlib import Path

from adapters.model_process import ModelProcess
from community.catalog.model import Catalog
from community.learning.explanation import Why, read_why


async def explain_once(
    registry: Path, catalog: Catalog, text: str, labels: tuple[str, ...] = ()
) -> Why:
    """Explains one message with a process of its own."""
    async with ModelProcess("explain").loaded(registry) as process:
        answer = await process.ask({"text": text, "labels": list(labels)})
    return read_why(answer, catalog, labels)
