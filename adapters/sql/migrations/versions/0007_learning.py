"""Dialogue log, annotations and the model registry."""

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Creates the tables."""


def downgrade() -> None:
    """Drops the tables."""
