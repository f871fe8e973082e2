"""A no, or an excuse, that says how things are: 不用抵押吧, 俺不识字.

In a talk about a service it asks what that means for the service, and answers nothing.
"""

import re

from community.catalog.model import Catalog
from community.dialogue.meaning import ELLIPSIS_MAX_CHARS, Context, Meaning, Said
from community.dialogue.wordings import hints_at, named_services, wish

MIN_MORE_CHARS = 2
"""Of what is said beside the no."""
DICTATING = "dictating"
"""The worry of whoever cannot type."""
_ENDS = re.compile(
    r"不[^，。？?]{0,5}了[。！!啊哈 ]*$|不用[^，。？?]{0,3}了|知道了|明白了|清楚了|谢谢|再说吧"
)
"""With such words a no ends what was talked of."""
_NO = re.compile(
    r"不|没有?|别|用|需?要|是|对|好|行|[我俺那就也都还先啊吧呢的]|[^一-龥]"
)
"""What a no and nothing else is made of."""
_IS_NOT = re.compile(r"(?:(?:我|俺|他|她|人家)们?|也|又|都|可)*不是(?![问说要这那它])")
_CANNOT_WRITE = re.compile(r"不识字|不认(?:得)?字|(?:不|不太|不怎么)会(?:认字|写)")
_TYPING = re.compile(r"打字|语音|录音|拼音|键盘|手机")


def no_with_more(said: Said, context: Context, catalog: Catalog) -> Meaning | None:
    """Takes 不用抵押吧, 不是居民 for a question whether the service is for that case."""
    if said.label != "talk_deny" or _ENDS.search(said.text) or wish(said.text):
        return None
    if len(_NO.sub("", said.text)) < MIN_MORE_CHARS:
        return None
    key = context.talked_of
    if key is None:
        return None
    if named_services(said.text, catalog):
        return None
    is_kind = _IS_NOT.match(said.text) and len(said.text) <= ELLIPSIS_MAX_CHARS
    if said.facets:
        facets = said.facets
    elif is_kind and hints_at(said.text, key, catalog):
        facets = ("eligibility",)
    else:
        return None
    return Meaning("talk_ask_facet", item=key, facets=facets)


def cannot_write(said: Said, context: Context, catalog: Catalog) -> Meaning | None:
    """Takes 俺不识字 for a question who helps, once it is known with what.

    Where nothing was talked of yet, it says why nothing is typed.
    """
    if not _CANNOT_WRITE.search(said.text) or _TYPING.search(said.text):
        return None
    helped = tuple(dict.fromkeys((*said.facets, "proxy_visit")))
    if said.is_clear_service:
        return Meaning("service", item=said.label, facets=helped)
    if said.is_clear_matter:
        return None
    if context.requested_slot is not None:
        return Meaning("talk_identity", value=DICTATING)
    if context.talked_of is not None:
        return Meaning("talk_ask_facet", item=context.service, facets=("proxy_visit",))
    is_begun = context.item is not None or context.unclear_text
    return None if is_begun else Meaning("talk_identity", value=DICTATING)
