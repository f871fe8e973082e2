"""This machine's secrets, made once and kept in files that only its user can read."""

import secrets
from collections.abc import Mapping
from pathlib import Path

from adapters.kept_files import make_once, secret_text

COOKIE_SECRET = "cookie.secret"  # noqa: S105 - names of files
FIELD_KEY = "field.key"
PSEUDONYM_KEY = "pseudonym.key"
MODEL_SIGNING_KEY = "model-signing.key"
WECHAT_TOKEN = "wechat.token"  # noqa: S105 - as above
WECHAT_AES_KEY = "wechat.aes_key"
WECHAT_SECRET = "wechat.secret"  # noqa: S105 - as above
WECOM_TOKEN = "wecom.token"  # noqa: S105 - as above
WECOM_AES_KEY = "wecom.aes_key"
WECOM_SECRET = "wecom.secret"  # noqa: S105 - as above

KEPT = (COOKIE_SECRET, FIELD_KEY, PSEUDONYM_KEY, MODEL_SIGNING_KEY)
"""What a backup must hold: without them stored values cannot be read or trusted."""
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


def own_secrets(folder: Path) -> dict[str, str]:
    """Returns what every installation needs, by environment variable."""
    return {
        "COOKIE_SECRET": secret_text(folder / COOKIE_SECRET),
        "FIELD_KEY": secret_text(folder / FIELD_KEY),
    }


def simulated_account(folder: Path, simulator_url: str) -> dict[str, str]:
    """Returns the channel's variables for the simulator in place of WeChat.

    The credentials open nothing real; they are random all the same, so that nobody
    who reaches the gateway can speak as a resident.
    """

    def kept(name: str, length: int) -> str:
        return make_once(folder / name, _letters(length).encode()).decode().strip()

    return {
        "WECHAT_APPID": "wx0000000000000001",
        "WECHAT_ACCOUNT": "gh_000000000001",
        "WECHAT_SECRET": kept(WECHAT_SECRET, 32),
        "WECHAT_TOKEN": kept(WECHAT_TOKEN, 32),
        "WECHAT_AES_KEY": kept(WECHAT_AES_KEY, 43),
        "WECHAT_API_URL": simulator_url,
        "WECHAT_MP_URL": simulator_url,
        "WECHAT_OPEN_URL": simulator_url,
        "WECOM_CORPID": "ww0000000000000001",
        "WECOM_AGENTID": "1000002",
        "WECOM_SECRET": kept(WECOM_SECRET, 43),
        "WECOM_TOKEN": kept(WECOM_TOKEN, 32),
        "WECOM_AES_KEY": kept(WECOM_AES_KEY, 43),
        "WECOM_API_URL": simulator_url,
        "WECOM_OPEN_URL": simulator_url,
        "WECOM_ROBOTS": "*=simulated-robot",
        "DESK_PASSWORD_ONLY": "1",  # the demonstration's staff have no telephone
        "QUIET_HOURS": "",  # who tries it out at night wants to see something
    }


def with_defaults(
    env: Mapping[str, str], defaults: Mapping[str, str]
) -> dict[str, str]:
    """Returns the environment with what it does not set; empty counts as unset."""
    merged = dict(env)
    merged |= {name: value for name, value in defaults.items() if not env.get(name)}
    return merged


def _letters(count: int) -> str:
    return "".join(secrets.choice(_LETTERS) for _ in range(count))
