"""Whether 多少钱 asks what one gets or what it costs."""

import re
from dataclasses import replace

from community.catalog.facets import Facet
from community.catalog.model import Catalog, Service
from community.dialogue.meaning import Meaning

_COSTS = re.compile(
    r"要不要钱|[要收花用]钱[吗不么没]|收不收|收费|[花要收]多少|花(?:几|啥)|花不花钱|免费|手续费|工本费|掏钱|贵[吗不]|(?:得|要)(?:花|掏|出)"
)
_GETS = re.compile(
    r"(?:[领拿发补报给贷退赔]|到手|得)(?:了|个|到|上)?(?:多少|几[成个百千块])|[给发补](?:多少)?钱|一个?[月年](?:多少|几)|每[月年]多少|"
    r"多少(?:补[助贴]|津贴|待遇)|钱[领拿发]"
)
_HOW_MUCH = re.compile(r"多少钱?|几个钱|钱数")
_GIVES = re.compile(
    r"津贴|(?<!养老服务)补贴|救助|低保|供养|资助|失业保险金|待遇申领|奖励|报销|困境|最低生活"
)
"""Names of what somebody receives money for."""
_GIVES_NONE = re.compile(r"不发(?:钱|补贴)|没有工钱|不带钱")
_MONEY = frozenset({Facet.FEE.value, Facet.AMOUNT.value})


def about_money(meaning: Meaning, text: str, catalog: Catalog) -> Meaning:
    """Leaves of two aspects about money the one that was asked.

    低保多少钱 asks what is paid, 身份证多少钱 what it costs; in a talk of something that
    both costs and pays, both are told.
    """
    item = meaning.item or ""
    service = catalog.services.get(item.removeprefix("service/"))
    asked = _MONEY.intersection(meaning.facets)
    if meaning.chosen or service is None or not asked:
        return meaning
    wanted = _wanted(text, service)
    if wanted is None or asked == {wanted}:
        return meaning
    facets = dict.fromkeys(wanted if f in _MONEY else f for f in meaning.facets)
    return replace(meaning, facets=tuple(facets))


def _wanted(text: str, service: Service) -> str | None:
    costs, gets = bool(_COSTS.search(text)), bool(_GETS.search(text))
    if costs != gets:
        return Facet.FEE.value if costs else Facet.AMOUNT.value
    if costs or not _HOW_MUCH.search(text):
        return None
    if _GIVES_NONE.search(service.facets[Facet.AMOUNT].text):
        return Facet.FEE.value
    return Facet.AMOUNT.value if _GIVES.search(service.name) else None
