"""The part of a message that asks, apart from the story that leads to it.

A story mentions papers, places and dates that nobody asks about (证过期了，银行不认，
怎么补): what is asked stands in the clauses with a question or a wish.
"""

from __future__ import annotations

import re

_STOPS = re.compile(r"[，。！？；：,!?;:\s]+")
_ASKS = re.compile(
    # Question words and particles.
    r"[吗么呢咋哪啥谁几]|什么|怎么|怎样|如何|何时|多少|多久|多长|多咱|多大"
    # 不 and 没 at the end, or between a verb and itself.
    r"|[不没]了?$|([能要给让收算行够用得])不\1|是不是|有没有|是否"
    # Wishes, and how records introduce a question.
    r"|想|需|能|要求|希望|诉求|咨询|询问|查询|请问|问问|告诉|还要"
)


def asking_part(text: str) -> str:
    """Returns the clauses that ask, or the last one where none seems to."""
    clauses = [clause for clause in _STOPS.split(text) if clause]
    asking = [clause for clause in clauses if _ASKS.search(clause)]
    return " ".join(asking or clauses[-1:])
