"""Questions about the community itself: 你们电话多少, 几点上班."""

import re

from community.catalog.facets import Facet
from community.dialogue.wordings import bare

ABOUT_US = "us"
"""Value of a question about the community, not about an item."""
_US = r"(?:你们|您们|咱们?|社区|居委会?|网格员|便民中心)"
_ABOUT_US = {
    Facet.CONTACT: r"的?(?:电话|联系方式|号码)(?:是)?(?:多少|几号|[啥哪]个?|什么)?",
    Facet.PLACE: r"的?(?:在哪[里儿]?|地址|几点(?:上班|开门|下班|关门)|[啥什]么?时候(?:上班|开门)|"
    r"(?:周末|星期[六天日]|礼拜[六天日]|中午)(?:上班|开门)[吗不么]?)",
}


def asks_about_us(text: str, *, alone: bool) -> Facet | None:
    """Returns what is asked about the community itself: 你们电话多少, 几点上班.

    Args:
        text: The message.
        alone: Nothing was talked of, so the community need not be named.
    """
    clean = bare(text)
    for facet, asked in _ABOUT_US.items():
        if re.fullmatch(f"{_US}(?:的|那)?{asked}", clean):
            return facet
        if alone and re.fullmatch(asked, clean):
            return facet
    return None
