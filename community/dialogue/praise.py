"""How the assistant and those who work are judged.

Praise of those who work for the residents: it reaches them, and is no thanks to the
assistant.
"""

import re

from community.catalog.model import Catalog
from community.dialogue.meaning import Context, Meaning, Said
from community.dialogue.wordings import bare, is_question

PRAISE = "praise"
"""Value of words that are passed on to whoever did it well."""
MAX_CHARS = 60
_WANTS_IT_KNOWN = re.compile(r"表扬|点个?赞|夸[一夸奖]|锦旗|感谢信")
_SOMEBODY = re.compile(
    r"网格员|小[一-龥](?!区)|师傅|[他她]|人家|社区|物业|[有来]人|工人|大夫|民警|同志"
)
_ASSISTANT = re.compile(r"[你您恁]|机器人|助手|云小路")


_USELESS = re.compile(
    r"(?:说了?|答|问了?|讲)?(?:也|都)?(?:没(?:有|[啥什]么?)?大?(?:用处?|帮助)|白[问说搭]|不(?:顶|管|中)用|等于没(?:说|问|答)|跟没说一样|答非所问|"
    r"问东答西|驴唇不对马嘴|牛头不对马嘴|(?:你)?(?:说|答)的(?:都)?(?:不对|不是这个|[啥什]么?))(?:了|的|啊|呀)*"
)
_KIND = re.compile(
    r"(?:[你您恁]|闺女|孩子|小伙子?)*(?:可|真|太|挺|说的?)*(?:真|太|可|挺)(?:好|棒|行|中|厉害|懂事|贴心|热心|周到|有耐心|仔细)(?:了|啊|呀|闺女|孩子|小伙子?|同志|的)*"
)


def judged(said: Said, context: Context, catalog: Catalog) -> Meaning | None:
    """Reads 没啥用 and 你真好，闺女, said of the assistant."""
    plain = bare(said.text)
    if _USELESS.fullmatch(plain) and context.open_ticket is None:
        return Meaning("talk_feedback_bad")
    is_to_us = plain[:1] in ("你", "您", "恁") and _KIND.fullmatch(plain)
    return Meaning("talk_feedback_good") if is_to_us else None


def praise(said: Said, context: Context, catalog: Catalog) -> Meaning | None:
    """Reads 小刘来得快 表扬一下: told to a ticket where one is open, else to a person."""
    text = said.text.strip()
    if context.requested_slot is not None or len(text) > MAX_CHARS:
        return None
    if not _WANTS_IT_KNOWN.search(text) or is_question(text):
        return None
    if not _SOMEBODY.search(text) or _ASSISTANT.search(text):
        return None
    if context.open_ticket is not None:
        return Meaning("supplement", item=context.item, value=PRAISE)
    return Meaning("talk_handoff", value=PRAISE)
