"""What the project sends to people and systems outside a conversation's web page."""

import sqlalchemy as sa

from adapters.sql.tables.metadata import UtcDateTime, metadata

outbox = sa.Table(
    "outbox",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("key", sa.String(64), nullable=False, unique=True),
    sa.Column("channel", sa.String(16), nullable=False),
    sa.Column("recipient", sa.String(200), nullable=True),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("payload", sa.Text, nullable=False),
    sa.Column("state", sa.String(20), nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False, default=0),
    sa.Column("failures", sa.Integer, nullable=False, default=0),
    sa.Column("due_at", UtcDateTime, nullable=False),
    sa.Column("held_since", UtcDateTime, nullable=True),
    sa.Column("leased_until", UtcDateTime, nullable=True),
    sa.Column("leased_by", sa.String(64), nullable=True),
    sa.Column("via", sa.String(16), nullable=False, default=""),
    sa.Column("external_id", sa.String(80), nullable=False, default=""),
    sa.Column("error", sa.Text, nullable=False, default=""),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("finished_at", UtcDateTime, nullable=True),
)
_is_open = outbox.c.finished_at.is_(None)
for _name, _columns in (
    ("ix_outbox_due", (outbox.c.due_at,)),
    ("ix_outbox_order", (outbox.c.channel, outbox.c.recipient, outbox.c.id)),
):
    # Partial: what was sent long ago costs nothing.
    sa.Index(_name, *_columns, sqlite_where=_is_open, postgresql_where=_is_open)
_is_reported = outbox.c.via.in_(("template", "subscribe"))
sa.Index(
    "ix_outbox_reported",
    outbox.c.external_id,
    sqlite_where=_is_reported,
    postgresql_where=_is_reported,
)
sa.Index("ix_outbox_recipient", outbox.c.recipient)
sa.Index("ix_outbox_finished_at", outbox.c.finished_at)
