"""Settings of the Official Account, from environment variables."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, cast

from adapters.environment import Environment, address, flag, integer, json_object
from community.errors import ConfigurationError

AES_KEY = re.compile(r"[A-Za-z0-9]{43}")
"""EncodingAESKey of the console. Source: oplatform 2.0, Message_Encryption."""
TOKEN = re.compile(r"[A-Za-z0-9]{3,32}")
API_URL = "https://api.weixin.qq.com"
MP_URL = "https://mp.weixin.qq.com"
OPEN_URL = "https://open.weixin.qq.com"

Trigger = Literal["message", "click", "follow", "scan"]
"""What a person does that allows customer-service messages."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """How many customer-service messages something allows, and for how long."""

    n_messages: int
    lifetime_s: int


TEMPLATE_KINDS = frozenset({"chat", "emergency", "result", "notice"})
"""Kinds of messages to residents (`community.outbox.OutgoingKind`)."""
TEMPLATE_FACTS = frozenset({"number", "what", "text", "at"})
"""What `adapters.wechat.sender` knows about each."""
PER_MESSAGE = Allowance(5, 48 * 3_600)
PER_TOUCH = Allowance(3, 60)


@dataclass(frozen=True, slots=True)
class MessageTemplate:
    """A template of the console, for messages outside the 48 hours."""

    template_id: str
    api: Literal["template", "subscribe"]
    fields: Mapping[str, str]
    """Field of the template, such as `thing1`, and the fact that fills it."""


@dataclass(frozen=True, slots=True)
class WeChatSettings:
    """Everything about one Official Account, see `.env.example`."""

    app_id: str = ""
    """Empty: there is no account, and the channel is off."""
    secret: str = field(default="", repr=False)
    token: str = field(default="", repr=False)
    aes_key: str = field(default="", repr=False)
    """Empty: the console is set to plaintext mode."""
    aes_key_previous: str = field(default="", repr=False)
    account: str = ""
    """`gh_…`; pushes to another account are refused."""
    api_url: str = API_URL
    mp_url: str = MP_URL
    open_url: str = OPEN_URL
    replay_window_s: int = 300
    """How far the time of a push may be from ours."""
    with_msgmenu: bool = False
    """The account may send `msgmenu` messages."""
    with_ai_label: bool = False
    """Customer-service messages say that a machine wrote them."""
    per_message: Allowance = PER_MESSAGE
    per_touch: Allowance = PER_TOUCH
    """For a menu click, a follow or a scan."""
    templates: Mapping[str, MessageTemplate] = field(default_factory=dict)
    """By kind of outgoing message: `result`, `notice`, …."""

    @property
    def is_on(self) -> bool:
        """Whether an account is configured."""
        return bool(self.app_id)

    @property
    def aes_keys(self) -> tuple[str, ...]:
        """The current key and, while it is being replaced, the previous one."""
        return tuple(key for key in (self.aes_key, self.aes_key_previous) if key)

    @classmethod
    def from_env(cls, source: Environment) -> "WeChatSettings":
        """Reads the settings.

        Raises:
            ConfigurationError: A value is malformed or, with an account, missing.
        """
        settings = cls(
            app_id=source.get("WECHAT_APPID", ""),
            secret=source.get("WECHAT_SECRET", ""),
            token=source.get("WECHAT_TOKEN", ""),
            aes_key=source.get("WECHAT_AES_KEY", ""),
            aes_key_previous=source.get("WECHAT_AES_KEY_PREVIOUS", ""),
            account=source.get("WECHAT_ACCOUNT", ""),
            api_url=address(source, "WECHAT_API_URL", API_URL),
            mp_url=address(source, "WECHAT_MP_URL", MP_URL),
            open_url=address(source, "WECHAT_OPEN_URL", OPEN_URL),
            replay_window_s=integer(
                source, "WECHAT_REPLAY_WINDOW_S", 300, low=30, high=10**9
            ),
            with_msgmenu=flag(source, "WECHAT_MSGMENU", default=False),
            with_ai_label=flag(source, "WECHAT_AI_LABEL", default=False),
            per_message=_allowance(source, "WECHAT_QUOTA_MESSAGE", PER_MESSAGE),
            per_touch=_allowance(source, "WECHAT_QUOTA_TOUCH", PER_TOUCH),
            templates=_templates(json_object(source, "WECHAT_TEMPLATES")),
        )
        if settings.is_on:
            _check(settings)
        return settings


def require(values: Mapping[str, str]) -> None:
    """Refuses empty values, naming all the variables at once.

    Raises:
        ConfigurationError: At least one is empty.
    """
    missing = [name for name, value in values.items() if not value]
    if missing:
        raise ConfigurationError(f"{', '.join(missing)}: must be set")


def check_callback_keys(prefix: str, token: str, keys: Mapping[str, str]) -> None:
    """Refuses a token or an EncodingAESKey that the console could not have.

    Raises:
        ConfigurationError: Names the variable, never its value.
    """
    if not TOKEN.fullmatch(token):
        raise ConfigurationError(f"{prefix}_TOKEN: expected 3 to 32 letters and digits")
    for name, key in keys.items():
        if key and not AES_KEY.fullmatch(key):
            raise ConfigurationError(f"{name}: expected 43 letters and digits")


def _check(settings: WeChatSettings) -> None:
    require(
        {
            "WECHAT_SECRET": settings.secret,
            "WECHAT_TOKEN": settings.token,
            "WECHAT_ACCOUNT": settings.account,
        }
    )
    keys = {
        "WECHAT_AES_KEY": settings.aes_key,
        "WECHAT_AES_KEY_PREVIOUS": settings.aes_key_previous,
    }
    check_callback_keys("WECHAT", settings.token, keys)


def _allowance(source: Environment, name: str, default: Allowance) -> Allowance:
    text = source.get(name, "")
    if not text:
        return default
    match = re.fullmatch(r"(\d{1,6})/(\d{1,7})", text)
    if match is None or int(match[2]) == 0:
        raise ConfigurationError(f"{name}: expected messages/seconds, found {text!r}")
    return Allowance(int(match[1]), int(match[2]))


def _templates(document: dict[str, Any]) -> dict[str, MessageTemplate]:
    return {kind: _template(kind, entry) for kind, entry in document.items()}


def _template(kind: str, entry: Any) -> MessageTemplate:
    where = f"WECHAT_TEMPLATES, {kind}"
    if kind not in TEMPLATE_KINDS:
        known = ", ".join(sorted(TEMPLATE_KINDS))
        raise ConfigurationError(f"{where}: expected one of {known}")
    if not isinstance(entry, dict) or set(entry) - {"id", "api", "fields"}:
        raise ConfigurationError(f"{where}: expected an object of id, api and fields")
    api = entry.get("api", "template")
    fields = entry.get("fields")
    if api not in ("template", "subscribe"):
        raise ConfigurationError(f"{where}: api is neither template nor subscribe")
    if not isinstance(entry.get("id"), str) or not entry["id"]:
        raise ConfigurationError(f"{where}: id is missing")
    if not isinstance(fields, dict) or not all(
        isinstance(value, str) for value in fields.values()
    ):
        raise ConfigurationError(f"{where}: fields must map field names to facts")
    if unknown := set(fields.values()) - TEMPLATE_FACTS:
        known = ", ".join(sorted(TEMPLATE_FACTS))
        raise ConfigurationError(
            f"{where}: {', '.join(sorted(unknown))}: the facts are {known}"
        )
    return MessageTemplate(
        entry["id"], cast(Literal["template", "subscribe"], api), dict(fields)
    )
