"""`python -m adapters.sql.migrate`: brings the database to the newest schema."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from alembic import command
from alembic.config import Config

from adapters.settings import Settings
from adapters.sql.engine import async_url

MIGRATIONS = Path(__file__).parent / "migrations"


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


if __name__ == "__main__":
    upgrade(Settings.from_env().database_url)
