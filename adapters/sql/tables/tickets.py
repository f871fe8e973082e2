"""Tickets, as filed and as they stand."""

import sqlalchemy as sa

from adapters.sql.tables.metadata import metadata

ticket = sa.Table(
    "ticket",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("number", sa.String(16), nullable=False, unique=True),
    sa.Column("idempotency_key", sa.String(200), nullable=False, unique=True),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("status", sa.String(16), nullable=False),
    sa.Column("conversation", sa.String(200), nullable=True, index=True),
    sa.Column("item", sa.String(80), nullable=True),
    sa.Column("description", sa.Text, nullable=False),
    sa.Column("place", sa.Text, nullable=False),
    sa.Column("since", sa.Text, nullable=False),
    sa.Column("contact", sa.Text, nullable=False),
    sa.Column("urgency", sa.String(16), nullable=False),
    sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False, index=True),
)
