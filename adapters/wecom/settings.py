"""Settings of the WeCom app and its group robots, from environment variables."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from adapters.environment import Environment, address, integer, pairs
from adapters.wechat.settings import OPEN_URL, check_callback_keys, require

API_URL = "https://qyapi.weixin.qq.com"


@dataclass(frozen=True, slots=True)
class WeComSettings:
    """Everything about one self-built app of a corporation, see `.env.example`."""

    corp_id: str = ""
    """Empty: there is no WeCom, and staff are told nothing by it."""
    agent_id: int = 0
    secret: str = field(default="", repr=False)
    token: str = field(default="", repr=False)
    aes_key: str = field(default="", repr=False)
    aes_key_previous: str = field(default="", repr=False)
    api_url: str = API_URL
    open_url: str = OPEN_URL
    robots: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Name of a group robot and its key; the key is the whole secret."""

    @property
    def is_on(self) -> bool:
        """Whether an app is configured."""
        return bool(self.corp_id)

    @property
    def aes_keys(self) -> tuple[str, ...]:
        """The current key and, while it is being replaced, the previous one."""
        return tuple(key for key in (self.aes_key, self.aes_key_previous) if key)

    @classmethod
    def from_env(cls, source: Environment) -> "WeComSettings":
        """Reads the settings.

        Raises:
            ConfigurationError: A value is malformed or, with an app, missing.
        """
        settings = cls(
            corp_id=source.get("WECOM_CORPID", ""),
            agent_id=integer(source, "WECOM_AGENTID", 0, low=0, high=10**9),
            secret=source.get("WECOM_SECRET", ""),
            token=source.get("WECOM_TOKEN", ""),
            aes_key=source.get("WECOM_AES_KEY", ""),
            aes_key_previous=source.get("WECOM_AES_KEY_PREVIOUS", ""),
            api_url=address(source, "WECOM_API_URL", API_URL),
            open_url=address(source, "WECOM_OPEN_URL", OPEN_URL),
            robots=pairs(source, "WECOM_ROBOTS"),
        )
        if settings.is_on:
            _check(settings)
        return settings


def _check(settings: WeComSettings) -> None:
    require(
        {
            "WECOM_AGENTID": str(settings.agent_id or ""),
            "WECOM_SECRET": settings.secret,
            "WECOM_TOKEN": settings.token,
            "WECOM_AES_KEY": settings.aes_key,
        }
    )
    keys = {
        "WECOM_AES_KEY": settings.aes_key,
        "WECOM_AES_KEY_PREVIOUS": settings.aes_key_previous,
    }
    check_callback_keys("WECOM", settings.token, keys)
