"""The dialogue log keeps what was answered and offered, masked."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Adds the columns; earlier turns have neither."""
    for name in ("answer", "offered"):
        op.add_column(
            "turn", sa.Column(name, sa.Text, nullable=False, server_default="[]")
        )


def downgrade() -> None:
    """Drops the columns."""
    for name in ("answer", "offered"):
        op.drop_column("turn", name)
