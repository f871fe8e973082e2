"""Changes of the content that wait for a second person."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Creates the table."""
    op.create_table(
        "content_draft",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("path", sa.String(120), nullable=False),
        sa.Column("slot", sa.String(60), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("base", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("drafted_by", sa.String(64), nullable=False),
        sa.Column("drafted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.String(64), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("remark", sa.Text, nullable=False),
        sa.Column("commit", sa.String(64), nullable=False),
    )
    op.create_index("ix_content_draft_path", "content_draft", ["path"])
    op.create_index("ix_content_draft_state", "content_draft", ["state"])


def downgrade() -> None:
    """Drops the table."""
    op.drop_table("content_draft")
