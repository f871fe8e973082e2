"""Where residents live and what they agreed to."""

import sqlalchemy as sa

from adapters.sql.tables.metadata import UtcDateTime, metadata

resident = sa.Table(
    "resident",
    metadata,
    sa.Column("conversation", sa.String(200), primary_key=True),
    sa.Column("grid", sa.String(40), nullable=True),
    sa.Column("bound_by", sa.String(16), nullable=False, default=""),
    sa.Column("bound_at", UtcDateTime, nullable=True),
    sa.Column("is_follower", sa.Boolean, nullable=False, default=True),
    sa.Column("blocked_until", UtcDateTime, nullable=True),
    sa.Column("blocked_by", sa.String(64), nullable=True),
    sa.Column("seen_at", UtcDateTime, nullable=False),
)
