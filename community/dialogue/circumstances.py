"""The few facts about a resident that change an answer, and when to ask for them.

A list of the catalogue names the case of an item before a colon (外地户口的：居住证,
入党：手写申请书). Whoever names a case hears of that case. The resident is asked only
about the few cases below, only where an asked list has such items, and only once.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from community.catalog.facets import Facet
from community.catalog.model import Service, Statement
from community.catalog.pairs import pairs


@dataclass(frozen=True, slots=True)
class Circumstance:
    """One fact about the resident."""

    id: str
    question: str
    options: tuple[tuple[str, str], ...]
    """Value and title of each possible answer."""
    special: str
    """The value whose items are marked in the catalogue."""
    marks: re.Pattern[str]
    """How a marked item begins."""
    said: tuple[tuple[str, re.Pattern[str]], ...]
    """Value and the words that tell it."""


HOUSEHOLD = Circumstance(
    id="household",
    question="户口是莒南本地的，还是外地的？要带的东西不一样。",
    options=(("local", "本地户口"), ("elsewhere", "外地户口")),
    special="elsewhere",
    marks=re.compile(r"外地户口的?：?"),
    said=(
        (
            "elsewhere",
            re.compile(
                r"外地|外省|外县|户口(?:还)?(?:不在|在(?:老家|外头))|老家(?:的)?户口|不是本地|没有?本地户口"
            ),
        ),
        ("local", re.compile(r"本地户口|户口在(?:本地|本县|这|莒南)|莒南户口|本地人")),
    ),
)
FOR_WHOM = Circumstance(
    id="for_whom",
    question="是给大人办，还是给孩子办？要带的东西不一样。",
    options=(("adult", "给大人办"), ("child", "给孩子办")),
    special="child",
    marks=re.compile(r"(?:给孩子办|孩子的?)：?"),
    said=(
        (
            "child",
            re.compile(
                r"孩子|儿子|闺女|女儿|孙子|孙女|外甥|小孩|娃|宝宝|新生儿|上学的"
            ),
        ),
        (
            "adult",
            re.compile(
                r"[我俺咱](?:妈|娘|爸|爹|爷|奶|老伴|对象|媳妇|丈夫|自己|想|的|要|丢|办)|"
                r"老人|大爷|大娘|自己|到期|过期|丢了|换"
            ),
        ),
    ),
)
ALL = (HOUSEHOLD, FOR_WHOM)
ASKED_FOR = {
    "service/school_enrollment": HOUSEHOLD,
    "service/resident_medical_insurance": HOUSEHOLD,
    "service/id_card": FOR_WHOM,
}
"""Services with marked items; a test compares this with the catalogue."""
_CASES = re.compile(r"([^：，。]+)：")
"""The cases of an item, several with 、 between them."""
MIN_CASE_CHARS = 2


def _cases_of(item: str) -> frozenset[str]:
    found = _CASES.match(item)
    names = found[1].split("、") if found else ()
    return frozenset(name.removesuffix("的") for name in names)


def _case_names(service: Service) -> set[str]:
    lists = (statement.items for statement in service.facets.values())
    return {case for items in lists for item in items for case in _cases_of(item)}


def named_cases(service: Service, text: str, before: str = "") -> str:
    """Returns the cases of a service that a message names, 、 between them.

    Args:
        service: What the message is about.
        text: What was said.
        before: The cases that were named before. They are still meant by whoever says
            nothing of another one (离婚 after 补领 speaks of 离婚登记).
    """
    names = _case_names(service)
    named = sorted(n for n in names if len(n) >= MIN_CASE_CHARS and n in text)
    named = named or sorted(n for n in names if _is_called(n, text))
    if named or any(pair in name for pair in pairs(text) for name in names):
        return "、".join(named)
    return before


def names_case(service: Service, text: str) -> bool:
    """Tells whether a message names a case of a service's lists: 离婚, 销户."""
    return bool(named_cases(service, text))


def _is_called(name: str, text: str) -> bool:
    """Whether few words name a case: 离婚 is 离婚登记, 结婚证 is not 结婚登记."""
    short = name.removesuffix("登记")
    is_word = MIN_CASE_CHARS <= len(short) < len(name)
    return is_word and short in text.replace(f"{short}证", "")


def of_the_case(items: Iterable[str], named: str) -> tuple[str, ...]:
    """Returns the items of a list that hold for the named cases only."""
    wanted = frozenset(filter(None, named.split("、")))
    return tuple(item for item in items if wanted & _cases_of(item))


def _of_cases(items: Sequence[str], named: str) -> list[str]:
    """Returns what holds for the named cases and what holds for all.

    A list that knows none of them is left as it is.
    """
    wanted = of_the_case(items, named)
    if not wanted:
        return list(items)
    return [item for item in items if item in wanted or not _cases_of(item)]


def mentioned(text: str) -> dict[str, str]:
    """Returns what a message tells by the way."""
    found: dict[str, str] = {}
    for circumstance in ALL:
        for value, words in circumstance.said:
            if words.search(text):
                found.setdefault(circumstance.id, value)
    return found


def missing(
    key: str, items: Iterable[str], known: Mapping[str, str]
) -> Circumstance | None:
    """Returns the circumstance that would change a list and is not known."""
    circumstance = ASKED_FOR.get(key)
    if circumstance is None or circumstance.id in known:
        return None
    marked = any(circumstance.marks.match(item) for item in items)
    return circumstance if marked else None


def fitting(key: str, items: Sequence[str], known: Mapping[str, str]) -> list[str]:
    """Returns the items of a list that hold for this resident.

    What is unknown leaves the list as it is; under the service's own key stand the
    cases that were named.
    """
    items = _of_cases(items, known.get(key, ""))
    circumstance = ASKED_FOR.get(key)
    value = known.get(circumstance.id) if circumstance else None
    if circumstance is None or not value:
        return items
    if value == circumstance.special:
        return [circumstance.marks.sub("", item, count=1) for item in items]
    return [item for item in items if not circumstance.marks.match(item)]


def statement_for(
    service: Service, facet: Facet, known: Mapping[str, str]
) -> Statement:
    """Returns what is said of an aspect to this resident."""
    statement = service.facets[facet]
    items = fitting(service.key, statement.items, known)
    return replace(statement, items=tuple(items))


def overview_for(service: Service, known: Mapping[str, str]) -> Statement:
    """Returns what is said in general, with the steps of the case that was named.

    An overview speaks of what most people come for: 光荣牌 is not the first of it.
    """
    steps = service.facets[Facet.PROCESS].items
    named = of_the_case(steps, known.get(service.key, ""))
    return replace(service.overview, items=named or service.overview.items)
