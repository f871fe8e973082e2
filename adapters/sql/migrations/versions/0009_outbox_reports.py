"""Messages of the outbox are found by the id that the messenger gave them."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Creates the index: only messages that are reported on later are in it."""
    is_reported = sa.text("via IN ('template', 'subscribe')")
    op.create_index(
        "ix_outbox_reported",
        "outbox",
        ["external_id"],
        sqlite_where=is_reported,
        postgresql_where=is_reported,
    )


def downgrade() -> None:
    """Drops the index."""
    op.drop_index("ix_outbox_reported", "outbox")
