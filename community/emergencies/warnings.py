"""What people want to do after an alarm that would make it worse, and the answer: don't."""

from __future__ import annotations

import re
from dataclasses import dataclass

_INTENT = r"(?:我|俺|先|要|想|去|能不能|能|可以|得|准备|试试|试着|再|就|给(?:他|她|孩子|老人))"
_NOT = re.compile(r"没|别|不(?!能|行|$)|甭|怎么|咋|已经|了$")

_WHETHER = re.compile(r"([要用能该])不\1")
"""要不要抠出来 wants to."""


@dataclass(frozen=True, slots=True)
class _Warning:
    """One thing that must not be done in some dangers."""

    rules: tuple[str, ...]
    wants: re.Pattern[str]
    answer: str


def _wants(acts: str) -> re.Pattern[str]:
    return re.compile(rf"{_INTENT}[^，。]{{0,6}}(?:{acts})")


_WARNINGS = (
    _Warning(
        ("gas", "matter/gas_safety"),
        _wants(
            r"[开关](?:一?下|开)?(?:个)?(?:灯|油烟机|抽油烟机|排[风气]扇?|排风|风扇|电扇|空调|电闸|闸)|拉(?:电)?闸|"
            r"点(?:个|一下|着)?(?:火|灶|烟|蜡|打火机)|打(?:一下|个)?火|做饭|炒菜|按门铃|[插拔]插头|抽(?:根|支|口)烟"
        ),
        "别！千万别碰开关、别点火，一个火星就能炸。人马上到屋外去",
    ),
    _Warning(
        (
            *("gas", "matter/gas_safety", "matter/building_fall_hazard"),
            *("matter/power_cable_hazard", "matter/drainage_flooding"),
        ),
        _wants(r"[回进](?:去|屋|家)"),
        "先别回屋，里头安全不安全还说不准。等来的人看过、说行了再进",
    ),
    _Warning(
        ("fire",),
        _wants(
            r"[回进](?:去|屋|家)?(?:里)?(?:拿|取|抱|找|看)|坐电梯|(?:往下|从窗[户子]?)?跳|(?:拿|用|泼|浇|端)(?:盆|点)?水"
        ),
        "别！别回屋、别坐电梯、别跳，电着的和油锅着的别泼水。人先撤出去",
    ),
    _Warning(
        ("medical",),
        _wants(
            r"(?:自己)?(?:能|可以)?(?:走|骑|开|坐|打)(?:车|着)?(?:过去|去|到)[^，。]{0,3}(?:医院|看|$)"
        ),
        "先别自己走、别自己开车去，路上犯了没人管。坐下或躺下等救护车",
    ),
    _Warning(
        ("medical", "traffic", "matter/elder_welfare_check"),
        _wants(
            r"[拉拽扶抱背抬搬挪](?:他|她|起|到|上|下|去|进|出|回|床|屋|沙发|我[爸妈爹娘]|老人)|扒(?:砖|土|开|他|人)|"
            r"下(?:去|水|河)(?:救|捞|拉)?"
        ),
        "先别动他，怕伤得更重；水里、井里别自己下去，砖土别自己扒。听120大夫的，他让动再动",
    ),
    _Warning(
        ("medical", "traffic", "self_harm", "matter/elder_welfare_check"),
        _wants(
            r"喂(?:他|她|点|口|些)?(?:水|饭|药|糖)?|[吃喝灌]点?(?:药|水|醋|奶|酒|饭|糖|绿豆)|掐人中|催吐|抠(?:嗓子|出来|喉)"
        ),
        "先别喂水喂药、别催吐、别抠，怕呛着、伤得更重。听120大夫的，他让做再做",
    ),
    _Warning(
        ("electric_water", "matter/road_manhole", "matter/drainage_flooding"),
        _wants(
            r"(?:挑|拨|挪|捡|剪)(?:开|走|起|断)?(?:它|线|电线)?|蹚|过?去(?:赶|拿|牵|捡|扶|拉)|下(?:去|井|水)(?:看|救|捞|拉)?|拉(?:一?下|了)?(?:电)?闸"
        ),
        "别！别靠近、别下去，也别碰线和电闸，离远些喊住过路的人",
    ),
    _Warning(
        ("matter/elevator_fault",),
        _wants(r"扒(?:开|门)?|撬|踹|爬(?:出|上)|跳"),
        "别扒门、别往外爬、别蹦，靠边扶稳站好，按报警按钮等专业的人来",
    ),
    _Warning(
        ("fraud_now",),
        _wants(
            r"(?:转|汇|打|充|付|交)(?:点|一?笔|给|过去|完|了再)|(?:念|报|告诉|发)(?:给)?(?:他|她)?[^，。]{0,3}验证码"
        ),
        "别转！一分也别再给，也别听电话里的。先把电话挂了",
    ),
    _Warning(
        ("violence_home", "crime"),
        _wants(
            r"(?:跟|和|找)(?:他|她|他们)[^，。]{0,3}(?:拼|算账|理论|打)|打(?:回去|他|死他)|砍|弄死|追(?:上去|过去|他)|"
            r"开门(?:看看|出去)?|出去(?:看看|说)"
        ),
        "别出去、别跟他硬顶，门锁好，躲着等警察来",
    ),
)


def warning_for(text: str, alarm: str | None) -> str | None:
    """Returns what to say to somebody who wants to do what makes it worse.

    Args:
        text: The message.
        alarm: Rule of the alarm that is out.
    """
    plain = re.sub(r"\s+", "，", text.strip(" ？?。！!，"))
    plain = _WHETHER.sub("能", plain)
    for known in _WARNINGS:
        wants = known.wants.search(plain) if alarm in known.rules else None
        if wants and not _NOT.search(_clause_of(plain, wants)):
            return known.answer
    return None


def _clause_of(plain: str, found: re.Match[str]) -> str:
    """Returns the clause that says it: the 没 in 味没了，能回去不 denies nothing."""
    start = plain.rfind("，", 0, found.start()) + 1
    end = plain.find("，", found.end())
    return plain[start:] if end < 0 else plain[start:end]
