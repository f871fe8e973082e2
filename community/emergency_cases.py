"""Which words of a rule fit: stroke, coal fumes, somebody else's wish to die.

A rule says whom to call; within it the first sentence differs with what happened. The
words stand in `catalog/emergencies.yml`, under `cases`.
"""

from __future__ import annotations

import re

from community.emergency import canonical
from community.emergency_words import compiled

_OTHER = (
    r"(?:他|她|网友|同学|同事|朋友|室友|邻居|闺女|女儿|儿子|孩子|老伴|媳妇|老婆|老公|对象|"
    r"丈夫|弟弟?|妹妹?|哥|姐|爹|爸|娘|妈|孙子|孙女|侄子?|大爷|大娘|老头|老太|有人|个人|我儿)"
)
_SOMEBODY_ELSE = re.compile(
    rf"{_OTHER}[^，。我]{{0,6}}(?:说(?![^，。]{{0,6}}我)|发(?:消息|信息|微信|短信|朋友圈|了|的)|写|"
    r"留(?:下|了)|扬言|嚷|割|划|上吊|跳|攥|烧炭|不想活|轻生|自杀|寻|吞|活着|"
    r"把遗书|(?:喝|吃|买|攒)[^，。]{0,6}药|(?:要|在|站|坐|爬|骑|翻)[^，。]{0,8}(?:跳|死|顶|"
    r"桥|窗|台|栏|河|水))"
)
_ONESELF = re.compile(
    r"(?:^|，|。)我(?!们?家|儿|妈|爸|弟|妹|哥|姐|闺女|女儿|儿子|老|媳妇|对象|同|朋友|娘|爹|爷|奶|孙|"
    r"该|[^，。]{0,4}(?:看|听|怕|担心|发现|咋|怎么|劝|拉|找|联系))"
)
_CASES: dict[str, tuple[tuple[str, re.Pattern[str]], ...]] = {
    "medical": (
        ("fumes", compiled(r"(?:<炉>)|煤气|煤烟|沼气|烧炭")),
        (
            "stroke",
            compiled(
                r"嘴[^，。]{0,5}[歪斜]|嘴角|<侧>(?:胳膊|腿|手脚?|身子?|脸)|半身|"
                r"说话[^，。]{0,5}(?:不清|含糊|不利索)|大舌头|舌头[^，。]{0,3}硬|中风|不听使唤|"
                r"说不出话|喝水[^，。]{0,6}[流淌漏]"
            ),
        ),
        ("current", compiled(r"触电|电(?:打|着|到|击)|漏电|电线")),
        (
            "water",
            compiled(r"溺水|落水|掉(?:到|进)?[^，。]{0,4}(?:水|河|塘|湖|坑)|没上来|淹"),
        ),
    ),
    "crime": (("shut_in", compiled(r"<小>[^，。]{0,6}[锁关]在?(?:车|屋|家)里")),),
    "electric_water": (
        ("stuck", compiled(r"<小>[^，。]{0,4}(?:头|手|腿|脚)[^，。]{0,4}[卡夹别]")),
    ),
}


def case_of(rule: str, text: str) -> str | None:
    """Returns the case of a rule that a message tells; `None` for the plain words."""
    plain = canonical(text)
    if rule == "self_harm":
        other = _SOMEBODY_ELSE.search(plain) and not _ONESELF.search(plain)
        return "other_person" if other else None
    return next((c for c, found in _CASES.get(rule, ()) if found.search(plain)), None)
