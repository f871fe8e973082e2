"""Residents: place, follower state, blocks."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Creates the table."""
    op.create_table(
        "resident",
        sa.Column("conversation", sa.String(200), nullable=False),
        sa.Column("grid", sa.String(40), nullable=True),
        sa.Column("bound_by", sa.String(16), nullable=False),
        sa.Column("bound_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_follower", sa.Boolean, nullable=False),
        sa.Column("blocked_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("blocked_by", sa.String(64), nullable=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("conversation", name="pk_resident"),
    )


def downgrade() -> None:
    """Drops the table."""
    op.drop_table("resident")
