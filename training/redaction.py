"""Keeps the reports in the models' folders as they are in SQL."""

import json

from adapters.kept_files import replace_text
from adapters.sql.learning import transaction
from adapters.sql.learning_redaction import redact_unlogged
from community.learning.report import as_markdown
from training.evaluate import PAGE, REPORT
from training.loop import Loop


async def follow_deletions(loop: Loop) -> None:
    """Takes deleted residents' words out of all reports: in SQL, then in the files.

    The gateway does the first at once, but it may be on another machine than the
    registry, and an evaluation that was under way may have written them since.
    """
    async with transaction(loop.engine, "redaction") as connection:
        await redact_unlogged(connection)
    for model in loop.registry.ids():
        path = loop.registry.folder / model / REPORT
        found = await loop.models.report(model)
        if found is None or not path.is_file():
            continue
        report, failures = found
        text = json.dumps(report, ensure_ascii=False, indent=1)
        if text != path.read_text(encoding="utf-8"):
            replace_text(path.with_name(PAGE), as_markdown(report, failures))
            replace_text(path, text)
