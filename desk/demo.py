"""Demonstration: accounts, duty, a past, and what to try; only with the simulator."""

import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime, timedelta, timezone

from adapters.roster_files import RosterFiles
from adapters.settings import Settings
from adapters.sql.engine import create_engine
from adapters.sql.staff import SqlStaff
from community.errors import ConfigurationError
from community.roster_changes import ChangeKind, RosterChange
from community.staff import Roster
from desk.demo_dialogues import seed_dialogues
from desk.demo_past import live_through
from desk.staff_commands import StaffCommands, say

SIMULATED_ACCOUNTS = ("wx0000000000000001", "ww0000000000000001")
"""What the launcher makes up where there are no real ones."""
RESIDENT = "王桂兰"
"""Whose phone the simulator shows first."""
SENTENCE = "风筝小学门口垃圾堆了两天没人收"
"""A matter of the grid, at a place that the gazetteer knows."""
WORKER, STREET = "fengzheng-w5", "tongyao-street1"
"""Who gets what the sentence reports, and who sees the figures."""
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
    (WORKER, "网格员（风筝社区第五网格，接上面这件事）"),
    ("fengzheng-w6", "网格员（第六网格，第五网格的后备）"),
    ("fengzheng-head", "网格站长（风筝社区）"),
    ("fengzheng-desk", "社区值班台"),
    (STREET, "街道（童谣街道）"),
    ("county-duty1", "县级"),
    ("county-operator", "运营员（复核、模型、答案）"),
    ("county-auditor", "审计"),
    ("county-admin", "管理员（账号、外部系统）"),
)
ON_DUTY = (
    (WORKER, "fengzheng"),
    ("fengzheng-w6", "fengzheng"),
    ("fengzheng-head", "fengzheng"),
    (STREET, "tongyao"),
    ("county-duty1", "county"),
)
"""Whoever tries it out at night or on a Sunday wants to see somebody react."""
DUTY_FOR = timedelta(days=30)


async def seed(settings: Settings, now: datetime | None = None) -> int:
    """Prepares the demonstration and prints what to try.

    Raises:
        ConfigurationError: A real account is configured.
    """
    accounts = (settings.wechat.app_id, settings.wecom.corp_id)
    if accounts != SIMULATED_ACCOUNTS:
        raise ConfigurationError(
            "demo: only with the simulator, never beside real staff"
        )
    at = now or datetime.now(timezone.utc)
    passwords = [(staff, password_of(settings, staff)) for staff, _ in STAFF]
    await StaffCommands(settings).set_passwords(passwords)
    roster = RosterFiles(settings.content_dir).roster()
    engine = create_engine(settings.database_url)
    try:
        await live_through(settings, engine, until=at)
        await _give_duty(SqlStaff(engine), roster, at)
    finally:
        await engine.dispose()
    await seed_dialogues(settings, at)
    for line in guidance(settings, roster):
        say(line)
    return 0


async def _give_duty(staff: SqlStaff, roster: Roster, now: datetime) -> None:
    plan = tuple(
        RosterChange(ChangeKind.DUTY, member, now, now + DUTY_FOR, unit, "演示")
        for member, unit in ON_DUTY
        if member in roster.staff
    )
    await staff.record(plan, key=f"demo-{now:%Y%m%d}", by="county-admin", now=now)


def guidance(settings: Settings, roster: Roster) -> Sequence[str]:
    """Returns the first five minutes, and who can sign in."""
    member = roster.staff.get(WORKER)
    if member is None:  # a county's own staff, with the simulator
        return ["没有演示用的工作人员：catalog/staff/ 已经换成自己的了。"]
    simulator, desk = settings.wechat.api_url, settings.desk_url
    worker, street = (password_of(settings, staff) for staff in (WORKER, STREET))
    return [
        "试一遍，五分钟（人和地方都是编的）：",
        f"  1. 打开 {simulator} 。左边是居民{RESIDENT}的微信：点“关注公众号”，再点左下角⌨，",
        f"     发“{SENTENCE}”，念给您听以后点“对，报上去”。",
        f"  2. 中间企业微信里，网格员{member.name}收到卡片：点“查看详情”，账号 {WORKER}，",
        f"     密码 {worker} ，接单，报告结果，可以附照片。",
        f"  3. 回到{RESIDENT}的微信：她会被问到解决了没有，点“解决了”。",
        f"  4. 打开 {desk} ，账号 {STREET}，密码 {street} ：工单列表，三率。",
        "演示账号（只在接模拟微信时有）：",
        *(
            f"  {staff}  密码 {password_of(settings, staff)}  {title}"
            for staff, title in STAFF
        ),
    ]


def password_of(settings: Settings, staff: str) -> str:
    """Returns a password that is the same at every start on this machine."""
    digest = hmac.new(
        settings.field_key.encode(), f"demo:{staff}".encode(), hashlib.sha256
    ).digest()
    first, second = (WORDS[byte % len(WORDS)] for byte in digest[:2])
    return f"{first}-{second}-{int.from_bytes(digest[2:4], 'big') % 10_000:04d}"
