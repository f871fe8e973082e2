"""Praise of those who work for the residents: it reaches them, and is no thanks to the assistant."""

import re

from community.catalog.model import Catalog
from community.dialogue.meaning import Context, Meaning, Said
from community.dialogue.wordings import is_question

PRAISE = "praise"
"""Value of words that are passed on to whoever did it well."""
MAX_CHARS = 60
_WANTS_IT_KNOWN = re.compile(r"表扬|点个?赞|夸[一夸奖]|锦旗|感谢信")
_SOMEBODY = re.compile(
    r"网格员|小[一-龥](?!区)|师傅|[他她]|人家|社区|物业|[有来]人|工人|大夫|民警|同志"
)
_ASSISTANT = re.compile(r"[你您恁]|机器人|助手|云小路")


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
