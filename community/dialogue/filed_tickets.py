"""Which of the tickets that a resident has filed a message is about: 路灯那个, 第一个, 都."""

import re
from collections.abc import Iterable, Sequence
from enum import Enum

from community.catalog.model import Catalog
from community.dialogue.meaning import Context, Meaning, Said
from community.dialogue.wordings import bare, is_question, named_services, wants_person
from community.reports.model import PLACE_ENTITIES
from community.tickets import Ticket, TicketKind
from community.tickets.telling import meant, number_in

ALL = "all"
"""Value of a wish about every ticket that is still worked on."""
MAX_CHARS = 30


class About(Enum):
    """What is said of a filed ticket, and the intent that does it."""

    WITHDRAW = "ticket_withdraw"
    URGE = "ticket_urge"
    COUNT = "talk_ticket_status"


_WITHDRAW = re.compile(
    r"撤|取消|不用(?:来|修|报|管|弄|处理|派人|办)了|别(?:修|来|办|弄|报)了|不报了"
)
_KEPT = re.compile(r"(?:别|不|甭|先不)(?:要|给|用)?[我俺]?(?:撤|取消)")
_MENDED = re.compile(
    r"(?:[修弄办搞整换装通补]好|解决|处理(?:好|完)?|收拾(?:好|完)?|清(?:走|理|运|完)|[拉弄搬挪收抬运]走|换上(?:新的)?|"
    r"不(?:漏|堵|臭|吵|响)|来[水电气暖]|有[水电气]|亮|热|通|好)了"
)
"""Said of what was reported: somebody, or chance, has mended it."""
_NOT_MENDED = re.compile(
    r"[没未不]\w{0,3}好|又|还|(?<!刚)才|要是|天亮|[没吗]$|怎么|咋|^(?:那|就|行|这样|算|都?好)*好了"
)
_UNDONE = re.compile(
    r"(?:还|一直|到现在|咋|怎么|根本)(?:是|也|都)*没(?:有)?(?:人|给)*"
    r"(?:来|管|弄|修|清|办|收|换|拉|处理|解决|动|好|信)|没人(?:来|管|弄|修|清|收)"
)
_URGE = re.compile(r"催|加急|快点|赶紧|抓紧")
_COUNT = re.compile(
    r"(?:[我俺]|一共|总共|都|到底|今天|这回)*(?:报|反映)(?:过|了)?"
    r"(?:多少|几|[哪啥]|什么)(?:[个件点些回样]|事)*了?|"
    r"[我俺](?:都|一共)*(?:报|反映)(?:的|过的|了的)?(?:都)?(?:有)?(?:[啥哪]些?|什么|几[个件])"
)
_ALL = re.compile(r"都|全|[两三俩仨]个")
_ORDER = re.compile(
    r"第([一二三四五12345])[个件]|头[一]?[个件]|(最后|后头?|后面)[一那]?[个件]"
)
_NUMBERS = {word: n for n, word in enumerate("一二三四五")} | {
    str(n + 1): n for n in range(5)
}
_OF_ANY = re.compile(r"小区|社区|楼道|单元|门口|坏了|没人|不[了用]")
"""Words that the names of many matters share."""
_POINTS = re.compile(r"刚才|刚刚|报的|那[个件]|单子|工单")
"""Points back at what was filed, without saying which."""
_POINTS_AWAY = re.compile(rf"{_POINTS.pattern}|催|撤|{_ORDER.pattern}")
_WISH_WORDS = re.compile(
    r"催一?[催下]|催|撤[了回销掉]?|取消|[那这]|刚才|报的|的|了|吧|一下|不用|别|"
    r"[0-9一二两三四五六七八九十几半]+个?[天周月年]"
)
_ANOTHER = re.compile(r"也|另外|还有|别处|又一")
"""One more of the same kind."""


def may_mean_filed(text: str) -> bool:
    """Tells whether a message may be about filed tickets, so that they are looked up."""
    return len(text) <= MAX_CHARS and _kind(text) is not None


def about_filed(said: Said, context: Context, catalog: Catalog) -> Meaning | None:
    """Reads what is said of filed tickets, by matter, by order, or of all of them.

    Within a report only what points plainly at another one than that.
    """
    kind = _kind(said.text)
    if not context.filed or kind is None or number_in(said.text) is not None:
        return None
    if kind is About.COUNT:
        return Meaning(kind.value)
    if is_question(said.text) and not _UNDONE.search(said.text):
        return None
    if wants_person(said.text) or named_services(said.text, catalog):
        return None
    if _tells_of_another(said, context):
        return None
    in_form = context.requested_slot is not None
    if in_form and not _POINTS_AWAY.search(said.text):
        return None  # 三天没人收了 answers the form
    if kind is About.WITHDRAW and _says_all(said.text):
        return Meaning("talk_cancel" if in_form else kind.value, value=ALL)
    one = _one_of(said, context.filed, catalog)
    if one is not None and not (in_form and one.life.item == context.report_item):
        return Meaning(kind.value, value=f"of:{one.number}")
    return Meaning(kind.value) if _is_over(said, context) else None


def _is_over(said: Said, context: Context) -> bool:
    """修好了, 那件取消, with no word of which one: the only one, or it is asked."""
    of_reports = (context.item or "matter/").startswith("matter/")
    is_other = said.is_clear_item and not _ends_well(said.text)
    if context.requested_slot is not None or is_other or not of_reports:
        return False
    if _kind(said.text) is not About.WITHDRAW:
        return False
    is_report = any(t.draft.kind is TicketKind.REPORT for t in context.filed)
    is_mended = is_report and _MENDED.search(said.text)
    return bool(is_mended or _POINTS.search(said.text))


def _ends_well(text: str) -> bool:
    """物业来抽了 好了: the last words say that it is over, whoever came."""
    last = re.split(r"[\s，,。；;！!]+", text.strip(" 。！!"))[-1]
    return last != text.strip(" 。！!") and _MENDED.fullmatch(last) is not None


def _kind(text: str) -> About | None:
    plain = bare(text)
    if _KEPT.search(plain):
        return None
    if _COUNT.fullmatch(plain):
        return About.COUNT
    if _WITHDRAW.search(plain):
        return About.WITHDRAW
    if _URGE.search(plain) or _UNDONE.search(plain):
        return About.URGE
    mended = _MENDED.search(plain) and not _NOT_MENDED.search(plain)
    return About.WITHDRAW if mended else None


def _says_all(text: str) -> bool:
    """都撤吧, 全都不用修了: all of them, and nothing else is named."""
    if not _ALL.search(text):
        return False
    rest = _ALL.sub("", _WITHDRAW.sub("", bare(text)))
    return not re.sub(r"[我俺给把那这些回销掉了吧啊的单子报件个]", "", rest)


def _tells_of_another(said: Said, context: Context) -> bool:
    """A place that belongs to no ticket, or 也, makes it another report."""
    told = [v for name, v in said.entities if name in PLACE_ENTITIES]
    known = [ticket.draft.place for ticket in context.filed]
    is_new = any(not any(place in k for k in known) for place in told)
    return is_new or bool(_ANOTHER.search(said.text))


def _one_of(said: Said, tickets: Sequence[Ticket], catalog: Catalog) -> Ticket | None:
    """Returns the one ticket that the words point at, if they do."""
    ordered = _by_order(said.text, tickets)
    if ordered is not None:
        return ordered
    same = [t for t in tickets if said.item and t.life.item == said.item]
    if not said.is_clear_matter:
        words = _OF_ANY.sub("，", said.text)
        named = meant(tickets, words, lambda key: _names(key, catalog))
        same = named or same or _by_story(_WISH_WORDS.sub("，", words), tickets)
    if not (_WITHDRAW.search(said.text) or _URGE.search(said.text)):
        # 没人管我, said after an alarm, is no complaint about the ticket
        same = [t for t in same if t.life.urgency != "critical"]
    return same[0] if len(same) == 1 else None


def _by_story(text: str, tickets: Sequence[Ticket]) -> list[Ticket]:
    """那个坑 is known from the resident's own words."""
    pairs = {text[n : n + 2] for n in range(len(text) - 1)}
    pairs = {pair for pair in pairs if "，" not in pair}
    return [t for t in tickets if any(p in t.draft.description for p in pairs)]


def _by_order(text: str, tickets: Sequence[Ticket]) -> Ticket | None:
    """第一个 is the one that was filed first; the tickets come newest first."""
    found = _ORDER.search(text)
    if found is None:
        return None
    oldest_first = tickets[::-1]
    n = -1 if found.group(2) else _NUMBERS.get(found.group(1) or "一", 0)
    return oldest_first[n] if n < len(oldest_first) else None


def _names(key: str, catalog: Catalog) -> Iterable[str]:
    base, _, item_id = key.partition("/")
    known = catalog.services if base == "service" else catalog.matters
    item = known.get(item_id)
    return (item.short_name, item.name, *item.aliases) if item else ()
