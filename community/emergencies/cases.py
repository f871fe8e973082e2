"""Which words of a rule fit: stroke, heart attack, coal fumes, somebody else's wish to die.

A rule says whom to call; within it the first sentence differs with what happened. The
words stand in `catalog/emergencies.yml`, under `cases`.
"""

from __future__ import annotations

import re

from community.emergencies.detection import canonical, signs
from community.emergencies.surroundings import BY_WATER
from community.emergencies.words import compiled

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
_OUT_OF_REACH = re.compile(
    rf"{_OTHER}[^，。我]{{0,8}}(?:走|跑|出去)[^。]{{0,8}}(?:不接|没接|关机|打不通|没信|找不)"
)
"""A model hears despair in it; it is not that of who writes."""
_ONESELF = re.compile(
    r"(?:^|，|。)我(?!们?家|儿|妈|爸|弟|妹|哥|姐|闺女|女儿|儿子|老|媳妇|对象|同|朋友|娘|爹|爷|奶|孙|"
    r"该|[^，。]{0,4}(?:看|听|怕|担心|发现|咋|怎么|劝|拉|找|联系))"
)
_LOCKED_IN = r"<小>[^，。]{0,8}(?:反锁|[锁关](?:在|上|住|了|到))|反锁[^，。]{0,6}<小>|把<小>[^，。]{0,3}锁"
_BY_SOMEBODY = re.compile(
    r"打|骂|饿|不给|不让|虐|绑|拴|捆|[爸爹妈娘婆公舅叔]把|老师|同学|有人|他们"
)
_HEART = (
    r"(?:胸|心口|心窝|心前区)[^，。]{0,6}(?:疼|痛|闷|憋|堵|压|紧|难受)|[捂攥按揪]着?[^，。]{0,2}(?:胸|心)|"
    r"心梗|心绞痛|心脏病"
)
_BY_FORCE = r"[扎捅撞砸摔呛噎刀咬]|触电|被[^，。]{0,4}打|压[着住]|卡[着住]"
"""A chest that hurts from outside is no heart attack."""
_TOXIC = r"(?:农药|百草枯|敌敌畏|除草剂|安眠药|安定|老鼠药|洁厕|消毒[水液]|84|汽油|药水|药|一瓶)"
_SWALLOWED = (
    rf"[喝吞服吃灌](?:了|下|进|完)[^，。]{{0,8}}{_TOXIC}|{_TOXIC}[^，。]{{0,8}}[喝吞服吃灌](?:了|下|光|完)|"
    rf"当(?:成|作)?[^，。]{{0,4}}[喝吃]"
)
_THING = (
    r"(?:电池|硬币|钢镚|吸铁石|磁力|磁铁|钉子?|针|珠子?|玻璃|纽扣|扣子|戒指|枣核|玩具)"
)
_CHOKES = r"[卡噎呛]|喘不|紫"
_BEAST = r"(?:狗|猫|老鼠|猪|驴|猴)"
_NOT_YET = r"(?:想|要|准备|打算|威胁)[^，。]{0,4}[喝吃吞服]|没[喝吃吞服]"
_PLAYS_BY_WATER = compiled(BY_WATER)
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
        ("heart", compiled(rf"^(?!.*(?:{_BY_FORCE})).*(?:{_HEART})")),
        ("current", compiled(r"触电|电(?:打|着|到|击)|漏电|电线")),
        (
            "water",
            compiled(r"溺水|落水|掉(?:到|进)?[^，。]{0,4}(?:水|河|塘|湖|坑)|没上来|淹"),
        ),
        (
            "cold",
            compiled(
                r"冻|(?:躺|倒|睡)[^。]*(?:冷|雪|零下)|(?:冷|雪|零下)[^。]*(?:躺|倒|睡)"
            ),
        ),
        (
            "burn",
            compiled(
                r"烫[着伤了]|烧[着伤](?!了?(?:火|房|屋|煤))|(?:热水|开水|热油|滚水)[^，。]{0,4}[烫浇泼]"
            ),
        ),
        (
            "swallowed",
            compiled(
                rf"^(?!.*(?:{_CHOKES})).*(?:[吞咽吃][^，。]{{0,6}}{_THING}|{_THING}[^，。]{{0,4}}[吞咽吃])"
            ),
        ),
        ("poison", compiled(rf"误[喝食服饮吞]|{_SWALLOWED}")),
        (
            "bitten",
            compiled(
                rf"{_BEAST}[^，。]{{0,4}}[咬抓挠]|[咬抓挠]我?的?是?[^，。]{{0,3}}{_BEAST}"
            ),
        ),
        (
            "buried",
            compiled(
                r"(?:墙|房|屋|土|砖|楼板|梁|塌)[^。]{0,10}[压埋]|^(?!.*(?:车|机)).*[压埋](?:在|到)?[^，。]{0,4}(?:里头|里面|下头|下面|底下)"
            ),
        ),
    ),
    "self_harm": (("poison", compiled(rf"^(?!.*(?:{_NOT_YET})).*(?:{_SWALLOWED})")),),
    "crime": (
        ("shut_in", compiled(r"<小>[^，。]{0,8}[锁关][^，。]{0,2}车")),
        ("locked_in", compiled(_LOCKED_IN)),
    ),
    "electric_water": (
        ("by_water", _PLAYS_BY_WATER),
        ("stuck", compiled(r"<小>[^，。]{0,4}(?:头|手|腿|脚)[^，。]{0,4}[卡夹别]")),
    ),
}

_MISTAKEN_FOR_DRINK = re.compile(
    r"当(?:成|作|是)?[^，。]{0,4}(?:喝|吃)|误[喝食服饮]|[喝吃拿]错|没看清[^，。]{0,4}[喝吃]"
)
_LOCKED_CHILD = compiled(_LOCKED_IN)


def rule_of(rule: str, text: str) -> str:
    """Returns the rule whose words fit, where a model has voted for another one.

    In 反锁 it hears somebody who is shut in by another, or who wants to be alone with his
    despair, in poison drunk for water a wish to die; a wall about to fall is heard as an
    injury, smoke as gas.

    Args:
        rule: Rule that the message falls under.
        text: The message.
    """
    plain = canonical(text)
    certain = {sign.rule for sign in signs(text) if not sign.doubts}
    locked = _LOCKED_CHILD.search(plain) and not _BY_SOMEBODY.search(plain)
    if locked and "self_harm" not in certain:
        return "crime"
    if rule == "self_harm" and _MISTAKEN_FOR_DRINK.search(plain):
        return "medical"
    if rule not in certain and _PLAYS_BY_WATER.search(plain):
        return "electric_water"
    if rule in ("medical", "gas") and "fire" in certain and rule not in certain:
        return "fire"
    return rule


def case_of(rule: str, text: str) -> str | None:
    """Returns the case of a rule that a message tells; `None` for the plain words."""
    plain = canonical(text)
    case = next((c for c, found in _CASES.get(rule, ()) if found.search(plain)), None)
    if rule == "self_harm" and case is None:
        of_other = _SOMEBODY_ELSE.search(plain) or _OUT_OF_REACH.search(plain)
        return "other_person" if of_other and not _ONESELF.search(plain) else None
    return None if case == "locked_in" and _BY_SOMEBODY.search(plain) else case
