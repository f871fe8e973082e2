"""An answer to where it is, told after an alarm: it is kept whole.

No gazetteer may know it (村东头磨坊旁边), and whoever waits for help says it in few words.
"""

import re
from collections.abc import Iterable

from community.reports.answers import says_where
from community.reports.model import Entity, happens

_INDOORS = re.compile(
    r"(?:就|还|正)?(?:在|躺|坐|倒)*(?:[家屋床炕地楼]|厨房|厕所|卫生间|客厅|卧室|门口|跟前|身边)(?![0-9])(?!.*[村庄镇区号])"
)
"""In the house, on the floor: where in the place, and not which."""
_AT = re.compile(r"^(?:我|俺|人|他|她)?们?(?:就|还)?(?=在)")
_SOMEBODY = re.compile(r"[我俺](?!们?(?:村|庄|小区|家|楼|单位|[这那]))|[他她你把被]")


def whereabouts_told(text: str, entities: Iterable[Entity]) -> str:
    """Returns the text where it says in which place it is and no more, else nothing."""
    text = text.strip()
    if _INDOORS.match(text):
        return ""
    is_story = _SOMEBODY.search(_AT.sub("", text)) or happens(text)
    return text if says_where(text, entities) and not is_story else ""
