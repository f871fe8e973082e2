"""Demonstration accounts: only for the fictitious staff, only with the simulator."""

import hashlib
import hmac

from adapters.settings import Settings
from community.errors import ConfigurationError
from desk.staff_commands import StaffCommands, say

SIMULATED_ACCOUNTS = ("wx0000000000000001", "ww0000000000000001")
"""What the launcher makes up where there are no real ones."""
WORDS = (
    "yueliang",
    "xigua",
    "fengche",
    "maitian",
    "songshu",
    "shitou",
    "yuhua",
    "denglong",
)
STAFF = (
    ("bugu-w1", "网格员（布谷社区第一网格）"),
    ("bugu-w2", "网格员（布谷社区第二网格，第一网格的后备）"),
    ("bugu-head", "网格站长（布谷社区）"),
    ("bugu-desk", "社区值班台"),
    ("maitian-street1", "街道（麦田街道）"),
    ("county-duty1", "县级"),
    ("county-auditor", "审计"),
    ("county-admin", "管理员（账号、外部系统）"),
)


async def seed(settings: Settings) -> int:
    """Gives the demonstration staff passwords and prints them.

    Raises:
        ConfigurationError: A real account is configured.
    """
    accounts = (settings.wechat.app_id, settings.wecom.corp_id)
    if accounts != SIMULATED_ACCOUNTS:
        raise ConfigurationError(
            "demo: only with the simulator, never beside real staff"
        )
    passwords = [(staff, password_of(settings, staff)) for staff, _ in STAFF]
    await StaffCommands(settings).set_passwords(passwords)
    say("演示账号（人是编的，只在接模拟微信时有）：")
    for (staff, title), (_, password) in zip(STAFF, passwords, strict=True):
        say(f"  {staff}  密码 {password}  {title}")
    return 0


def password_of(settings: Settings, staff: str) -> str:
    """Returns a password that is the same at every start on this machine."""
    digest = hmac.new(
        settings.field_key.encode(), f"demo:{staff}".encode(), hashlib.sha256
    ).digest()
    first, second = (WORDS[byte % len(WORDS)] for byte in digest[:2])
    return f"{first}-{second}-{int.from_bytes(digest[2:4], 'big') % 10_000:04d}"
