"""The life of tickets: states, chained events, residents, sealed texts and keys."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

AT = sa.DateTime(timezone=True)
NOT_ALTERED = "an event of a ticket is never altered"


def upgrade() -> None:
    """Creates the tables; tickets of before wait in `ticket_before`.

    Their texts can only be sealed with FIELD_KEY, so the program takes them over
    (`adapters.sql.ticket_takeover`), not this migration.
    """
    op.drop_index("ix_ticket_conversation", "ticket")
    op.drop_index("ix_ticket_requested_at", "ticket")
    if op.get_bind().dialect.name == "postgresql":
        for name in ("pk_ticket", "uq_ticket_number", "uq_ticket_idempotency_key"):
            op.execute(f"ALTER TABLE ticket RENAME CONSTRAINT {name} TO {name}_before")
        op.execute("ALTER SEQUENCE ticket_id_seq RENAME TO ticket_before_id_seq")
    op.rename_table("ticket", "ticket_before")
    _create_ticket()
    _create_parts()
    _forbid_changes()


def _create_ticket() -> None:
    op.create_table(
        "ticket",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("number", sa.String(16), nullable=False),
        sa.Column("idempotency_key", sa.String(64), nullable=False),
        sa.Column("requested_at", AT, nullable=False),
        sa.Column("filed", sa.Text, nullable=False),
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
        sa.Column("clock_due_at", AT, nullable=True),
        sa.Column("next_at", AT, nullable=True),
        sa.Column("respond_by", AT, nullable=False),
        sa.Column("expected_at", AT, nullable=False),
        sa.Column("responded_at", AT, nullable=True),
        sa.Column("resolved_at", AT, nullable=True),
        sa.Column("ended_at", AT, nullable=True),
        sa.Column("satisfied", sa.Boolean, nullable=True),
        sa.Column("n_reopened", sa.Integer, nullable=False),
        sa.Column("is_excluded", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_ticket"),
        sa.UniqueConstraint("number", name="uq_ticket_number"),
        sa.UniqueConstraint("idempotency_key", name="uq_ticket_idempotency_key"),
    )
    is_open = sa.text("ended_at IS NULL")
    for name, columns in (
        ("ix_ticket_next_at", ["next_at"]),
        ("ix_ticket_open", ["clock_due_at", "id"]),
        ("ix_ticket_open_owner", ["owner", "clock_due_at"]),
        ("ix_ticket_open_unit", ["unit", "clock_due_at"]),
        ("ix_ticket_open_grid", ["grid", "clock_due_at"]),
        ("ix_ticket_open_community", ["community", "clock_due_at"]),
        ("ix_ticket_open_item", ["item", "grid"]),
    ):
        op.create_index(
            name, "ticket", columns, sqlite_where=is_open, postgresql_where=is_open
        )
    op.create_index("ix_ticket_requested_at", "ticket", ["requested_at", "id"])
    for column in ("owner", "unit", "grid", "community"):
        op.create_index(f"ix_ticket_{column}", "ticket", [column, "requested_at"])


def _ticket_id() -> list[sa.Column[int] | sa.ForeignKeyConstraint]:
    return [
        sa.Column("ticket_id", sa.Integer, nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], ondelete="CASCADE"),
    ]


def _create_parts() -> None:
    op.create_table(
        "ticket_event",
        sa.Column("id", sa.Integer, nullable=False),
        *_ticket_id(),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("action", sa.String(16), nullable=False),
        sa.Column("at", AT, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_ticket_event"),
        sa.UniqueConstraint("ticket_id", "seq", name="uq_ticket_event_seq"),
        sa.UniqueConstraint("ticket_id", "key", name="uq_ticket_event_key"),
    )
    op.create_index("ix_ticket_event_action", "ticket_event", ["action", "at"])
    op.create_table(
        "ticket_text",
        sa.Column("id", sa.Integer, nullable=False),
        *_ticket_id(),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("name", sa.String(20), nullable=False),
        sa.Column("person", sa.String(64), nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_ticket_text"),
        sa.UniqueConstraint("ticket_id", "seq", "name", name="uq_ticket_text_name"),
    )
    op.create_index("ix_ticket_text_person", "ticket_text", ["person"])
    op.create_table(
        "ticket_resident",
        *_ticket_id(),
        sa.Column("nth", sa.Integer, nullable=False),
        sa.Column("person", sa.String(64), nullable=True),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("has_left", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("ticket_id", "nth", name="pk_ticket_resident"),
    )
    op.create_index("ix_ticket_resident_person", "ticket_resident", ["person"])
    op.create_table(
        "sealed_key",
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("sealed", sa.Text, nullable=False),
        sa.Column("created_at", AT, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_sealed_key"),
    )


def _forbid_changes() -> None:
    """The database itself refuses to alter an event; whole tickets may expire."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "CREATE TRIGGER ticket_event_stays BEFORE UPDATE ON ticket_event"
            f" BEGIN SELECT RAISE(ABORT, '{NOT_ALTERED}'); END"
        )
        return
    op.execute(
        "CREATE FUNCTION ticket_event_stays() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN RAISE EXCEPTION '{NOT_ALTERED}'; END $$"
    )
    op.execute(
        "CREATE TRIGGER ticket_event_stays BEFORE UPDATE ON ticket_event"
        " FOR EACH ROW EXECUTE FUNCTION ticket_event_stays()"
    )


def downgrade() -> None:
    """Drops the tables and brings the tickets of before back."""
    for name in ("sealed_key", "ticket_resident", "ticket_text", "ticket_event"):
        op.drop_table(name)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION ticket_event_stays()")
    op.drop_table("ticket")
    op.rename_table("ticket_before", "ticket")
    if op.get_bind().dialect.name == "postgresql":
        for name in ("pk_ticket", "uq_ticket_number", "uq_ticket_idempotency_key"):
            op.execute(f"ALTER TABLE ticket RENAME CONSTRAINT {name}_before TO {name}")
        op.execute("ALTER SEQUENCE ticket_before_id_seq RENAME TO ticket_id_seq")
    op.create_index("ix_ticket_conversation", "ticket", ["conversation"])
    op.create_index("ix_ticket_requested_at", "ticket", ["requested_at"])
