"""Tickets: as they stand, their events, whom they concern, and sealed texts."""

import sqlalchemy as sa

from adapters.sql.tables.metadata import UtcDateTime, metadata

_INSTANT = UtcDateTime

ticket = sa.Table(
    "ticket",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("number", sa.String(16), nullable=False, unique=True),
    sa.Column("idempotency_key", sa.String(64), nullable=False, unique=True),
    sa.Column("requested_at", _INSTANT, nullable=False),
    # As filed, without personal texts: kind, origin, photos, who filed it.
    sa.Column("filed", sa.Text, nullable=False),
    # As it stands: the whole life, then what is asked for in queries.
    sa.Column("life", sa.Text, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("head", sa.String(64), nullable=False),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("tier", sa.String(16), nullable=False),
    sa.Column("owner", sa.String(80), nullable=False),
    sa.Column("unit", sa.String(80), nullable=False),
    sa.Column("item", sa.String(80), nullable=True),
    sa.Column("urgency", sa.String(16), nullable=False),
    sa.Column("grid", sa.String(80), nullable=True),
    sa.Column("community", sa.String(80), nullable=True),
    sa.Column("warned", sa.String(16), nullable=True),
    sa.Column("clock_due_at", _INSTANT, nullable=True),
    sa.Column("next_at", _INSTANT, nullable=True),
    sa.Column("respond_by", _INSTANT, nullable=False),
    sa.Column("expected_at", _INSTANT, nullable=False),
    sa.Column("responded_at", _INSTANT, nullable=True),
    sa.Column("resolved_at", _INSTANT, nullable=True),
    sa.Column("ended_at", _INSTANT, nullable=True),
    sa.Column("satisfied", sa.Boolean, nullable=True),
    sa.Column("n_reopened", sa.Integer, nullable=False),
    sa.Column("is_excluded", sa.Boolean, nullable=False),
)
_is_open = ticket.c.ended_at.is_(None)
for _name, _columns in (
    ("ix_ticket_next_at", (ticket.c.next_at,)),
    ("ix_ticket_open", (ticket.c.clock_due_at, ticket.c.id)),
    ("ix_ticket_open_owner", (ticket.c.owner, ticket.c.clock_due_at)),
    ("ix_ticket_open_unit", (ticket.c.unit, ticket.c.clock_due_at)),
    ("ix_ticket_open_grid", (ticket.c.grid, ticket.c.clock_due_at)),
    ("ix_ticket_open_community", (ticket.c.community, ticket.c.clock_due_at)),
    ("ix_ticket_open_item", (ticket.c.item, ticket.c.grid)),
):
    # Partial: what was closed long ago costs nothing.
    sa.Index(_name, *_columns, sqlite_where=_is_open, postgresql_where=_is_open)
for _name, _columns in (
    ("ix_ticket_requested_at", (ticket.c.requested_at, ticket.c.id)),
    ("ix_ticket_owner", (ticket.c.owner, ticket.c.requested_at)),
    ("ix_ticket_unit", (ticket.c.unit, ticket.c.requested_at)),
    ("ix_ticket_grid", (ticket.c.grid, ticket.c.requested_at)),
    ("ix_ticket_community", (ticket.c.community, ticket.c.requested_at)),
):
    sa.Index(_name, *_columns)


def _ticket_id() -> sa.Column[int]:
    return sa.Column(
        "ticket_id",
        sa.Integer,
        sa.ForeignKey("ticket.id", ondelete="CASCADE"),
        nullable=False,
    )


ticket_event = sa.Table(
    "ticket_event",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    _ticket_id(),
    sa.Column("seq", sa.Integer, nullable=False),
    sa.Column("key", sa.String(64), nullable=False),
    sa.Column("action", sa.String(16), nullable=False),
    sa.Column("at", _INSTANT, nullable=False),
    # Canonical JSON; exactly these bytes are hashed. A trigger forbids changes.
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("hash", sa.String(64), nullable=False),
    sa.UniqueConstraint("ticket_id", "seq", name="uq_ticket_event_seq"),
    sa.UniqueConstraint("ticket_id", "key", name="uq_ticket_event_key"),
)
sa.Index("ix_ticket_event_action", ticket_event.c.action, ticket_event.c.at)

ticket_text = sa.Table(
    "ticket_text",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    _ticket_id(),
    sa.Column("seq", sa.Integer, nullable=False),
    sa.Column("name", sa.String(20), nullable=False),
    # Keyed hash of the person whose key seals it; empty: the key of masked texts.
    sa.Column("person", sa.String(64), nullable=False),
    sa.Column("sealed", sa.LargeBinary, nullable=False),
    sa.UniqueConstraint("ticket_id", "seq", "name", name="uq_ticket_text_name"),
)
sa.Index("ix_ticket_text_person", ticket_text.c.person)

ticket_resident = sa.Table(
    "ticket_resident",
    metadata,
    _ticket_id(),
    sa.Column("nth", sa.Integer, nullable=False),
    # Keyed hash; null once the person is forgotten.
    sa.Column("person", sa.String(64), nullable=True),
    # Event at which the person came; their account is sealed there.
    sa.Column("seq", sa.Integer, nullable=False),
    sa.Column("has_left", sa.Boolean, nullable=False),
    sa.PrimaryKeyConstraint("ticket_id", "nth", name="pk_ticket_resident"),
)
sa.Index("ix_ticket_resident_person", ticket_resident.c.person)

sealed_key = sa.Table(
    "sealed_key",
    metadata,
    sa.Column("name", sa.String(80), primary_key=True),
    sa.Column("sealed", sa.Text, nullable=False),
    sa.Column("created_at", _INSTANT, nullable=False),
)
