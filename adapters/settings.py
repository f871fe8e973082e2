"""Settings of all processes, from environment variables only."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from adapters.environment import IPNetwork, address, flag, integer, networks, number
from adapters.learning_settings import LearningSettings
from adapters.wechat.settings import WeChatSettings
from adapters.wecom.settings import WeComSettings
from community.quiet_hours import QuietHours

ROOT = Path(__file__).resolve().parent.parent
REPORTS_A_DAY = 10


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting, see `.env.example` for what each means."""

    state_dir: Path
    redis_url: str
    database_url: str
    content_dir: Path
    default_place: str
    with_examples: bool
    model_path: Path
    redis_prefix: str
    gateway_host: str
    gateway_port: int
    desk_host: str
    desk_port: int
    public_url: str
    """Empty: residents' phones cannot reach our pages."""
    answer_page_days: int
    desk_url: str
    desk_password_only: bool
    cookie_secret: str
    field_key: str
    cookie_secure: bool
    trusted_proxy: tuple[IPNetwork, ...]
    blob_dir: Path
    loose_photo_days: int
    webhook_local: bool
    retention_days: int
    reports_a_day: int
    worker_processes: int
    lease_s: float
    log_level: str
    metrics_host: str
    metrics_port: int
    quiet_hours: QuietHours | None
    digest_above: int
    send_lease_s: float
    learning: LearningSettings
    wechat: WeChatSettings
    wecom: WeComSettings

    @classmethod
    def from_env(cls, env: Mapping[str, str] | None = None) -> "Settings":
        """Reads the settings.

        Raises:
            ConfigurationError: A value is malformed; the message names the variable.
        """
        source = os.environ if env is None else env
        state = Path(source.get("STATE_DIR", "") or ROOT / ".local").absolute()
        return cls(
            state_dir=state,
            redis_url=source.get("REDIS_URL", f"unix://{state}/redis/redis.sock"),
            database_url=source.get(
                "DATABASE_URL", f"sqlite+aiosqlite:///{state}/yunxiaolu.db"
            ),
            content_dir=Path(source.get("CONTENT_DIR", str(ROOT / "catalog"))),
            default_place=source.get("DEFAULT_PLACE", "junan"),
            with_examples=flag(source, "CATALOG_EXAMPLES", default=False),
            model_path=Path(source.get("MODEL", str(ROOT / "models"))),
            redis_prefix=source.get("REDIS_PREFIX", "yxl"),
            gateway_host=source.get("GATEWAY_HOST", "127.0.0.1"),
            gateway_port=integer(source, "GATEWAY_PORT", 8800, low=1, high=65535),
            desk_host=source.get("DESK_HOST", "127.0.0.1"),
            desk_port=integer(source, "DESK_PORT", 8801, low=1, high=65535),
            public_url=address(source, "PUBLIC_URL", ""),
            answer_page_days=integer(source, "ANSWER_PAGE_DAYS", 7, low=1, high=90),
            desk_url=address(source, "DESK_URL", "http://127.0.0.1:8801"),
            desk_password_only=flag(source, "DESK_PASSWORD_ONLY", default=False),
            cookie_secret=source.get("COOKIE_SECRET", ""),
            field_key=source.get("FIELD_KEY", ""),
            cookie_secure=flag(source, "COOKIE_SECURE", default=False),
            trusted_proxy=networks(source, "TRUSTED_PROXY"),
            blob_dir=Path(source.get("BLOB_DIR", str(state / "blobs"))),
            loose_photo_days=integer(source, "LOOSE_PHOTO_DAYS", 30, low=4, high=3650),
            webhook_local=flag(source, "WEBHOOK_LOCAL", default=False),
            retention_days=integer(source, "RETENTION_DAYS", 180, low=1, high=3650),
            reports_a_day=integer(
                source, "REPORTS_A_DAY", REPORTS_A_DAY, low=1, high=1000
            ),
            worker_processes=integer(source, "WORKER_PROCESSES", 1, low=1, high=64),
            lease_s=number(source, "LEASE_S", 5.0, low=0.2, high=600.0),
            log_level=source.get("LOG_LEVEL", "INFO"),
            metrics_host=source.get("METRICS_HOST", "127.0.0.1"),
            metrics_port=integer(source, "METRICS_PORT", 0, low=0, high=65535),
            quiet_hours=QuietHours.parse(source.get("QUIET_HOURS", "21:00-07:00")),
            digest_above=integer(source, "DIGEST_ABOVE", 5, low=1, high=1000),
            send_lease_s=number(source, "SEND_LEASE_S", 60.0, low=1.0, high=600.0),
            learning=LearningSettings.from_env(source, ROOT, state),
            wechat=WeChatSettings.from_env(source),
            wecom=WeComSettings.from_env(source),
        )
