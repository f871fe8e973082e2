"""What is answered in words to the assistant's own questions and offers, outside the form."""

import re

from community.catalog.model import Catalog
from community.dialogue.assurances import PHOTO
from community.dialogue.circumstances import mentioned
from community.dialogue.meaning import Context, Meaning, Said
from community.dialogue.questions import said_no
from community.dialogue.wordings import bare, wish
from community.errors import RecordError
from community.payloads import read_payload
from community.reports.summary_asides import names_picture

_LACKS = re.compile(
    r"(?:[我俺咱]们?家?|可|但是?|就是|也|都|还|现在)*没(?:有)?"
    r"(?!了|事|[啥问别]|什么|其他|意见|关系|空)[一-龥]{2,6}?[了啊呀呢的]*"
)
_HOW_TO_SEND = re.compile(
    r"(?:那)?(?:[咋怎]么?|往哪[儿里]?|上哪[儿里]?)(?:发|传)(?:照片|图片?|过去|给你)?[呢啊]?"
)


def photo_to_send(said: Said, context: Context, catalog: Catalog) -> Meaning | None:
    """我有照片, 咋发: said of what was reported."""
    if context.requested_slot is not None:
        return None
    plain = bare(said.text)
    of_report = context.open_ticket or context.worry == PHOTO
    asks_how = of_report and _HOW_TO_SEND.fullmatch(plain)
    if not asks_how and not names_picture(plain):
        return None
    return Meaning("talk_identity", value=PHOTO)


def case_told(said: Said, context: Context, catalog: Catalog) -> Meaning | None:
    """没有本地户口: answers 本地的，还是外地的 like a tap does."""
    told = mentioned(said.text)
    for _, payload in context.offered if told else ():
        try:
            choice = read_payload(payload)
        except RecordError:
            continue
        asked = (choice.value or "").partition("=")[0]
        if asked in told and choice.item is not None:
            facets = tuple(facet.value for facet in choice.facets)
            return Meaning("service", item=choice.item, facets=facets)
    return None


def lacks_something(said: Said, context: Context, catalog: Catalog) -> Meaning | None:
    """没有合同, told of the service talked of, refuses nothing: what is to be brought?"""
    if context.talked_of is None or said.label != "talk_deny" or said_no(said.text):
        return None
    if wish(said.text) or not _LACKS.fullmatch(bare(said.text)):
        return None
    return Meaning("talk_ask_facet", item=context.service, facets=("materials",))
