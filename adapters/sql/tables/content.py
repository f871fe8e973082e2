"""Changes of the content on their way: drafted, approved or refused.

| table | one row is |
|---|---|
| `content_draft` | one change of one answer, or a new entry, with who wanted and who decided it |

What is live is in the content's own repository, never here.
"""

import sqlalchemy as sa

from adapters.sql.tables.metadata import UtcDateTime, metadata

content_draft = sa.Table(
    "content_draft",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("path", sa.String(120), nullable=False, index=True),
    sa.Column("slot", sa.String(60), nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("base", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("state", sa.String(16), nullable=False, index=True),
    sa.Column("drafted_by", sa.String(64), nullable=False),
    sa.Column("drafted_at", UtcDateTime, nullable=False),
    sa.Column("decided_by", sa.String(64), nullable=True),
    sa.Column("decided_at", UtcDateTime, nullable=True),
    sa.Column("remark", sa.Text, nullable=False, default=""),
    sa.Column("commit", sa.String(64), nullable=False, default=""),
)

TABLES = (content_draft,)
"""In the order of their creation."""
