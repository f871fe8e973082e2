"""What people heard of a policy: 听说低保要取消了是真的吗.

Nobody here knows what was decided yesterday. Only where a service exists that gives what
was heard of, its own answer says more.
"""

import re

from community.catalog.model import Catalog
from community.dialogue.meaning import Said
from community.dialogue.wordings import named_services

RUMOUR = "rumour"
"""The worry of whoever asks whether it is true."""
ANSWER = (
    "这个说法我这里没有依据，不敢说真，也不敢说假，打12345问一声最准。"
    "谁让您先交钱、点链接、报卡号验证码，都别理。"
)
_HEARD = r"(?:听说|听人说|都说|人家说|有人说|说是|网上|抖音|村里|广播|电视上?|传(?:的|说|言)|朋友圈)"
_TRUE = r"(?:真的?[吗么假]|真假|是不是真|有这么?回?事|属实|可信|靠谱|准不准)"
WORDING = re.compile(
    rf"{_HEARD}[^？?]*{_TRUE}|"
    r"^(?:村里人?|人家|大家|网上|邻居|他们|别人)们?都(?:这么|这样|那么)(?:说|讲|传)[的啊呀呢]*[。！]?$"
)
_CHANGES = re.compile(
    r"取消|停|不[给发办让]|没有?了|改|[涨降减增扣]|要[交缴收]|合并|新政|以后"
)
_AMOUNT = re.compile(r"[0-9一二两三四五六七八九十][0-9百千万]+[块元]?")


def is_hope(said: Said, catalog: Catalog) -> bool:
    """Tells whether a service answers what was heard: 听说老人有补贴是真的吗.

    Not that it ends, changes, or gives a certain amount.
    """
    is_known = said.is_clear_item or bool(named_services(said.text, catalog))
    return is_known and not _CHANGES.search(said.text) and not _AMOUNT.search(said.text)
