"""The life of tickets."""

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Creates the tables."""


def downgrade() -> None:
    """Drops the tables."""
