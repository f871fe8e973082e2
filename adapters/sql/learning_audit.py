"""Who did what in the learning loop."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.sql.tables.learning import learning_audit


async def note(
    connection: AsyncConnection,
    who: str,
    what: str,
    subject: str,
    detail: Mapping[str, Any],
    now: datetime,
) -> None:
    """Writes one line of the loop's audit log, in the caller's transaction."""
    await connection.execute(
        sa.insert(learning_audit).values(
            at=now,
            who=who,
            what=what,
            subject=subject,
            detail=json.dumps(detail, ensure_ascii=False),
        )
    )
