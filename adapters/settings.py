"""Settings of all processes, from environment variables only."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from community.errors import ConfigurationError

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting, see `.env.example` for what each means."""

    redis_url: str
    database_url: str
    content_dir: Path
    default_place: str
    with_examples: bool
    model_path: Path
    redis_prefix: str
    gateway_host: str
    gateway_port: int
    cookie_secret: str
    cookie_secure: bool
    retention_days: int
    worker_processes: int
    lease_s: float
    log_level: str

    @classmethod
    def from_env(cls, env: Mapping[str, str] | None = None) -> "Settings":
        """Reads the settings.

        Raises:
            ConfigurationError: A value is malformed; the message names the variable.
        """
        source = os.environ if env is None else env
        state = ROOT / ".local"
        return cls(
            redis_url=source.get("REDIS_URL", f"unix://{state}/redis/redis.sock"),
            database_url=source.get(
                "DATABASE_URL", f"sqlite+aiosqlite:///{state}/yunxiaolu.db"
            ),
            content_dir=Path(source.get("CONTENT_DIR", str(ROOT / "catalog"))),
            default_place=source.get("DEFAULT_PLACE", "junan"),
            with_examples=_flag(source, "CATALOG_EXAMPLES", default=False),
            model_path=Path(source.get("MODEL", str(ROOT / "models"))),
            redis_prefix=source.get("REDIS_PREFIX", "yxl"),
            gateway_host=source.get("GATEWAY_HOST", "127.0.0.1"),
            gateway_port=_integer(source, "GATEWAY_PORT", 8800, low=1, high=65535),
            cookie_secret=source.get("COOKIE_SECRET", ""),
            cookie_secure=_flag(source, "COOKIE_SECURE", default=False),
            retention_days=_integer(source, "RETENTION_DAYS", 180, low=1, high=3650),
            worker_processes=_integer(source, "WORKER_PROCESSES", 1, low=1, high=64),
            lease_s=_number(source, "LEASE_S", 5.0, low=0.2, high=600.0),
            log_level=source.get("LOG_LEVEL", "INFO"),
        )


def _flag(source: Mapping[str, str], name: str, *, default: bool) -> bool:
    text = source.get(name, "")
    if text == "":
        return default
    if text not in ("0", "1"):
        raise ConfigurationError(f"{name}: expected 0 or 1, found {text!r}")
    return text == "1"


def _integer(
    source: Mapping[str, str], name: str, default: int, *, low: int, high: int
) -> int:
    return int(_number(source, name, default, low=low, high=high))


def _number(
    source: Mapping[str, str], name: str, default: float, *, low: float, high: float
) -> float:
    text = source.get(name, "")
    try:
        value = float(text) if text else float(default)
    except ValueError as err:
        raise ConfigurationError(f"{name}: expected a number, found {text!r}") from err
    if not low <= value <= high:
        raise ConfigurationError(f"{name}: {value} is outside {low} to {high}")
    return value
