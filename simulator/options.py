"""What the simulated account is like; from the channel's own environment variables."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import Enum
from pathlib import Path
from typing import Any

from community.errors import ConfigurationError

ROOT = Path(__file__).resolve().parent.parent


class Mode(Enum):
    """How pushes are protected, as chosen in the console."""

    PLAINTEXT = "plaintext"
    COMPATIBLE = "compatible"
    SAFE = "safe"


DAILY_LIMITS = {
    "token": 2_000,
    "stable_token": 500_000,
    "menu/create": 1_000,
    "menu/get": 10_000,
    "menu/delete": 1_000,
    "media/upload": 100_000,
    "media/get": 200_000,
    "message/custom/send": 500_000,
    "qrcode/create": 100_000,
    "user/info": 5_000_000,
}
"""Calls a day of a new account. Source: protocol page, §5."""


@dataclass(slots=True)
class Options:
    """Credentials, console settings and the behaviours that may be chosen.

    Defaults are credentials for development: nothing real has them.
    """

    app_id: str = "wx0000000000000001"
    secret: str = "0" * 32
    account: str = "gh_000000000001"
    """The account's own id, `ToUserName` of every push."""
    token: str = "developmenttoken"  # noqa: S105 - opens nothing but this simulator
    aes_key: str = "developmentkey" + "0" * 29
    webhook: str = "http://127.0.0.1:8800/wechat"
    mode: Mode = Mode.SAFE
    document: str = "xml"
    """`xml` or `json`, the console's data format."""

    reply_timeout_s: float = 5.0
    max_deliveries: int = 3
    retries_status: bool = False
    """Deliver again after a status other than 200; WeChat promises that only for silence."""
    renews_nonce: bool = True
    """A new timestamp and nonce for each delivery of the same push."""
    signs_real_time: bool = True
    """Sign with real time also after the clock was advanced: the other side refuses
    what looks old, and its clock is real."""
    reply_stamp_window_s: int = 300
    """How far `TimeStamp` of an encrypted answer may be from the push's."""
    overlap_rate: float = 0.0
    """Share of pushes that are delivered twice at the same time."""
    duplicate_rate: float = 0.0
    """Share of pushes that are delivered once more after they were answered."""
    reorder_rate: float = 0.0
    """Share of pushes that are held back up to `reorder_delay_s`."""
    reorder_delay_s: float = 0.3
    seed: int = 1

    image_limit_bytes: int = 2 * 2**20
    """Of an uploaded picture; other copies of the page say 1 MB or 10 MB."""
    can_send_msgmenu: bool = True
    menu_tap_trigger: str = "click"
    """What a tapped menu text opens: `click` (3 for 1 min, cautious) or `message`."""
    ip_whitelist: tuple[str, ...] | None = None
    """Addresses that may call; None lets everybody."""
    templates: tuple[str, ...] | None = None
    """Template ids that exist; None accepts any."""
    long_term_templates: tuple[str, ...] = ()
    """Subscription templates that need no grant for each message."""
    oauth_domain: str | None = None
    """The only host that web sign-in may return to; None lets any."""
    daily_limits: dict[str, int] = field(default_factory=lambda: dict(DAILY_LIMITS))

    corp_id: str = "ww0000000000000001"
    agent_id: int = 1000002
    corp_secrets: tuple[str, ...] = ("0" * 43,)
    corp_token: str = "developmenttoken"  # noqa: S105 - as above
    corp_aes_key: str = "developmentcorpkey" + "0" * 25
    corp_webhook: str = "http://127.0.0.1:8800/wecom"
    members: dict[str, str] | None = None
    """Names by userid; None makes a member of whoever is written to."""
    names: dict[str, str] = field(default_factory=dict)
    """Names to show for userids of an open company."""
    robots: tuple[str, ...] | None = None
    """Keys of group robots; None accepts any."""
    trusted_ips: tuple[str, ...] | None = None

    host: str = "127.0.0.1"
    port: int = 8802

    @classmethod
    def from_env(cls, env: Mapping[str, str] | None = None) -> "Options":
        """Reads `WECHAT_*`, `WECOM_*`, `GATEWAY_*` and `SIMULATOR_*`.

        Raises:
            ConfigurationError: A value is malformed; the message names the variable.
        """
        source = os.environ if env is None else env
        gateway = (
            f"http://{_given(source, 'GATEWAY_HOST', '127.0.0.1')}"
            f":{_given(source, 'GATEWAY_PORT', '8800')}"
        )
        options = cls(
            webhook=_given(source, "SIMULATOR_WECHAT_WEBHOOK", f"{gateway}/wechat"),
            corp_webhook=_given(source, "SIMULATOR_WECOM_WEBHOOK", f"{gateway}/wecom"),
            mode=_mode(_given(source, "SIMULATOR_MODE", "safe")),
            document=_document(_given(source, "SIMULATOR_FORMAT", "xml")),
            members=read_people(source, "SIMULATOR_MEMBERS"),
            names=read_people(source, "SIMULATOR_NAMES") or {},
            host=_given(source, "SIMULATOR_HOST", "127.0.0.1"),
            port=_port(_given(source, "SIMULATOR_PORT", "8802")),
        )
        for name, variable in _SAME_AS_CHANNEL.items():
            if source.get(variable):
                setattr(options, name, source[variable])
        if source.get("WECOM_SECRET"):
            options.corp_secrets = (source["WECOM_SECRET"],)
        if source.get("WECOM_AGENTID"):
            options.agent_id = _number("WECOM_AGENTID", source["WECOM_AGENTID"])
        return options

    def change(self, changes: Mapping[str, Any]) -> None:
        """Changes some while running, from JSON values.

        Raises:
            ConfigurationError: There is no such option.
        """
        known = {option.name for option in fields(self)}
        unknown = set(changes) - known
        if unknown:
            raise ConfigurationError(f"no such option: {', '.join(sorted(unknown))}")
        for name, value in changes.items():
            if name == "mode":
                self.mode = _mode(str(value))
            elif name == "document":
                self.document = _document(str(value))
            else:
                setattr(self, name, tuple(value) if isinstance(value, list) else value)


_SAME_AS_CHANNEL = {
    "app_id": "WECHAT_APPID",
    "secret": "WECHAT_SECRET",
    "account": "WECHAT_ACCOUNT",
    "token": "WECHAT_TOKEN",
    "aes_key": "WECHAT_AES_KEY",
    "corp_id": "WECOM_CORPID",
    "corp_token": "WECOM_TOKEN",
    "corp_aes_key": "WECOM_AES_KEY",
}


def read_people(source: Mapping[str, str], variable: str) -> dict[str, str] | None:
    """Reads names by userid from a JSON list of `{userid, name}`; `None` if not set.

    Raises:
        ConfigurationError: The file is missing or has another shape.
    """
    path = _given(source, variable, "")
    if not path:
        return None
    try:
        rows = json.loads(Path(path).read_text(encoding="utf-8"))
        return {str(row["userid"]): str(row["name"]) for row in rows}
    except (OSError, ValueError, KeyError, TypeError) as err:
        raise ConfigurationError(
            f"{variable}: {path} is not a JSON list of {{userid, name}}: {err}"
        ) from err


def _given(source: Mapping[str, str], name: str, default: str) -> str:
    """Returns a variable; an empty one counts as unset."""
    return source.get(name) or default


def _mode(text: str) -> Mode:
    try:
        return Mode(text)
    except ValueError as err:
        allowed = ", ".join(mode.value for mode in Mode)
        raise ConfigurationError(
            f"SIMULATOR_MODE: {text!r} is none of {allowed}"
        ) from err


def _document(text: str) -> str:
    if text not in ("xml", "json"):
        raise ConfigurationError(f"SIMULATOR_FORMAT: {text!r} is neither xml nor json")
    return text


def _number(variable: str, text: str) -> int:
    try:
        return int(text)
    except ValueError as err:
        raise ConfigurationError(f"{variable}: {text!r} is no number") from err


def _port(text: str) -> int:
    port = _number("SIMULATOR_PORT", text)
    if not 0 <= port <= 65535:
        raise ConfigurationError(f"SIMULATOR_PORT: {port} is no port")
    return port
