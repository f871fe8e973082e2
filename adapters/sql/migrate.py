"""`python -m adapters.sql.migrate`: brings the database to the newest schema."""

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy.exc import InterfaceError, OperationalError

from adapters.settings import Settings
from adapters.sql.engine import async_url

MIGRATIONS = Path(__file__).parent / "migrations"
WAIT_S, RETRY_S = 60.0, 2.0
"""At boot: how long a server may take to start, and how often it is asked."""


def config_for(database_url: str) -> Config:
    """Returns Alembic's configuration for one database."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["url"] = async_url(database_url)
    return config


def upgrade(database_url: str) -> None:
    """Applies all missing migrations; does nothing on a current database.

    May be called while an event loop runs: Alembic's environment starts one of its own,
    in a thread of its own.
    """
    url = async_url(database_url)
    if url.drivername.startswith("sqlite") and url.database:
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor(1) as pool:
        pool.submit(command.upgrade, config_for(database_url), "head").result()


def upgrade_patiently(database_url: str, *, wait_s: float = WAIT_S) -> None:
    """Like `upgrade`, but waits for a server that is only starting.

    Raises:
        OSError, OperationalError, InterfaceError: It does not answer for `wait_s` seconds.
    """
    until = time.monotonic() + wait_s
    while True:
        try:
            return upgrade(database_url)
        except (OSError, OperationalError, InterfaceError):
            if time.monotonic() >= until:
                raise
            time.sleep(min(RETRY_S, wait_s))


if __name__ == "__main__":
    upgrade_patiently(Settings.from_env().database_url)
