"""Decisions of operators as rows."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.sql.tables.learning import annotation
from community.learning.review import Question, Verdict, cleaned


def annotation_row(
    one: Question,
    verdict: Verdict,
    labels: Mapping[int, str],
    batch: str,
    by: str,
    now: datetime,
) -> dict[str, Any]:
    """Returns the row of one decision."""
    facets = None if verdict.facets is None else json.dumps(verdict.facets)
    return {
        "question": one.id,
        "batch": batch,
        "decision": verdict.decision.value,
        "text": cleaned(one.text),
        "label": labels[one.id],
        "facets": facets,
        "emergency": verdict.emergency,
        "split": one.split,
        "despite": ",".join(sorted(guard.value for guard in verdict.despite)),
        "note": verdict.note,
        "by": by,
        "at": now,
    }


async def decided_by(connection: AsyncConnection, question_id: int) -> str:
    """Returns who decided a question last."""
    who = await connection.scalar(
        sa.select(annotation.c.by)
        .where(annotation.c.question == question_id, annotation.c.undone_at.is_(None))
        .order_by(annotation.c.id.desc())
        .limit(1)
    )
    return str(who or "?")
