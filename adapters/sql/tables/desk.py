"""Who may sign in, which systems are connected, and who has looked at what."""

import sqlalchemy as sa

from adapters.sql.tables.metadata import UtcDateTime, metadata

account = sa.Table(
    "account",
    metadata,
    sa.Column("staff", sa.String(64), primary_key=True),
    sa.Column("profile", sa.Text, nullable=False, default=""),
    sa.Column("password_hash", sa.Text, nullable=False, default=""),
    sa.Column("totp_secret", sa.Text, nullable=False, default=""),
    sa.Column("totp_step", sa.Integer, nullable=False, default=0),
    sa.Column("is_disabled", sa.Boolean, nullable=False, default=False),
    sa.Column("changed_at", UtcDateTime, nullable=False),
)

audit = sa.Table(
    "audit",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("at", UtcDateTime, nullable=False, index=True),
    sa.Column("actor", sa.String(80), nullable=False, index=True),
    sa.Column("act", sa.String(40), nullable=False),
    sa.Column("subject", sa.String(120), nullable=False, index=True),
    sa.Column("reason", sa.Text, nullable=False, default=""),
    sa.Column("address", sa.String(64), nullable=False, default=""),
)
"""Append-only: triggers of the migration refuse to change or delete a row."""

api_key = sa.Table(
    "api_key",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("name", sa.String(120), nullable=False),
    sa.Column("secret_hash", sa.String(64), nullable=False),
    sa.Column("scopes", sa.Text, nullable=False),
    sa.Column("created_by", sa.String(80), nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("revoked_at", UtcDateTime, nullable=True),
)

webhook = sa.Table(
    "webhook",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("url", sa.Text, nullable=False),
    sa.Column("secret", sa.Text, nullable=False),
    sa.Column("events", sa.Text, nullable=False),
    sa.Column("created_by", sa.String(80), nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("ended_at", UtcDateTime, nullable=True),
)

block_review = sa.Table(
    "block_review",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("ticket", sa.String(16), nullable=False, index=True),
    sa.Column("until", UtcDateTime, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("asked_by", sa.String(80), nullable=False),
    sa.Column("asked_at", UtcDateTime, nullable=False),
    sa.Column("decided_by", sa.String(80), nullable=True),
    sa.Column("decided_at", UtcDateTime, nullable=True),
    sa.Column("is_upheld", sa.Boolean, nullable=True),
)
"""A block begins at once and ends unless a second person upholds it."""
