"""Messages of a few characters: a place, a noun, an age, a wording of several meanings."""

import re

from community.catalog.model import Catalog
from community.dialogue.ambiguities import ambiguous
from community.dialogue.following import carried
from community.dialogue.meaning import (
    AT,
    ELLIPSIS_MAX_CHARS,
    NOUN_MAX_CHARS,
    Context,
    Meaning,
    Said,
)
from community.dialogue.wordings import bare, service_with_name
from community.reports.model import place_alone

FRAGMENT_CHARS = 3
_SOMEWHERE = re.compile(
    r"(?:是|就|在|[我俺咱]们?家?)*(?:小区|楼道|楼下|楼上|村里|院里|门口|路上)(?:门口|里)?(?:那|的)?"
)
_TROUBLE = re.compile(
    r"[坏漏堵脏臭吵冒塌裂响灭淹](?:了|水|着)?$|[停断破倒掉]了?$|没[水电气]|[停断][水电气]|不(?:亮|热|通|走|动)"
)
"""Ends of few words that tell a problem and not only a thing: 楼上漏水, 水停了."""
_OF_ANY_SERVICE = re.compile(r"办(?:个)?[事理证]儿?|手续|材料|证件|业务|窗口")
"""Nouns of which every service has the thing: which service is asked back."""
_AGE = re.compile(r"[0-9一二三四五六七八九十百零]{1,4}(?:周?岁)?(?:了|多|来岁)?")


def place_only(said: Said, context: Context, catalog: Catalog) -> Meaning | None:
    """A place and nothing else: what is there must be asked, not guessed."""
    place = place_alone(said.text, said.entities)
    if place is None and _SOMEWHERE.fullmatch(bare(said.text)):
        place = said.text.strip()
    return Meaning("nlu_fallback", value=f"{AT}{place}") if place else None


def bare_noun(said: Said, context: Context, catalog: Catalog) -> Meaning | None:
    """A service noun is a question; a facility noun is asked back."""
    noun = bare(said.text)
    if not 1 <= len(noun) <= NOUN_MAX_CHARS:
        return None
    key = service_with_name(noun, catalog)
    if key is not None:
        facets = said.facets or carried(said, context)
        return Meaning("service", item=key, facets=facets)
    if _OF_ANY_SERVICE.fullmatch(noun):
        return Meaning("talk_ask_facet", item=context.item, facets=said.facets)
    if said.item is None or not said.item.startswith("matter/") or len(noun) > 4:
        return None
    if said.facets and not said.is_clear_matter:
        return Meaning("talk_ask_facet", item=context.item, facets=said.facets)
    matter = catalog.matters[said.item.removeprefix("matter/")]
    if noun in {matter.name, matter.short_name, *matter.aliases}:
        return None
    if not any(noun in alias for alias in (matter.name, *matter.aliases)):
        return None
    if said.is_clear_matter and _TROUBLE.search(noun):
        return None
    return Meaning("nlu_fallback", candidates=(said.item,), value="noun")


def fragment(said: Said, context: Context, catalog: Catalog) -> Meaning | None:
    """俺爹: two or three characters that name no problem open no report."""
    text = bare(said.text)
    if not said.is_clear_matter or len(text) > FRAGMENT_CHARS or said.emergency:
        return None
    matter = catalog.matters[said.label.removeprefix("matter/")]
    names = (matter.name, matter.short_name, *matter.aliases)
    if any(text in name or name in text for name in names) or _TROUBLE.search(text):
        return None
    return Meaning("nlu_fallback", candidates=(said.label,))


def several_things(said: Said, context: Context, catalog: Catalog) -> Meaning | None:
    """A short wording that means several services is asked back."""
    if len(said.text) > ELLIPSIS_MAX_CHARS or said.is_clear_matter:
        return None
    candidates = ambiguous(said.text)
    if not candidates or context.item in candidates:
        return None
    return Meaning(
        "nlu_fallback", candidates=candidates, facets=said.facets, value="which"
    )


def age_alone(said: Said, context: Context, catalog: Catalog) -> Meaning | None:
    """八十二: an age belongs to the service talked of, and names none itself."""
    if not _AGE.fullmatch(bare(said.text)):
        return None
    if context.service is None:
        return Meaning("nlu_fallback")
    return Meaning("talk_ask_facet", item=context.service, facets=("eligibility",))
