"""What was changed in the roster while the system runs; the rest stands in files."""

import sqlalchemy as sa

from adapters.sql.tables.metadata import UtcDateTime, metadata

roster_change = sa.Table(
    "roster_change",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("key", sa.String(80), nullable=False),
    sa.Column("ordinal", sa.Integer, nullable=False),
    sa.Column("kind", sa.String(8), nullable=False),
    sa.Column("post", sa.String(40), nullable=False),
    sa.Column("staff_id", sa.String(64), nullable=False),
    sa.Column("starts_at", UtcDateTime, nullable=False),
    sa.Column("ends_at", UtcDateTime, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("made_by", sa.String(64), nullable=False),
    sa.Column("made_at", UtcDateTime, nullable=False),
    sa.Column("cancelled_by", sa.String(64), nullable=True),
    sa.Column("cancelled_at", UtcDateTime, nullable=True),
    sa.UniqueConstraint("key", "ordinal"),
)
sa.Index("ix_roster_change_ends_at", roster_change.c.ends_at)
