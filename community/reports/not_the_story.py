"""What is said with a problem and is no part of it: thanks, a wish to stay unnamed, a question to us.

None of it stands in the story that is filed; what has an answer gets it.
"""

import re

from community.dialogue.assurances import worry_in
from community.reports.consent import DECLINES, THANKS

MAX_UNKNOWN_CHARS = 10
"""Of few words that say that something is not known, or not wanted."""
_WHEN = re.compile(
    r"(?:(?:(?<![好前那十])几天|多少?[天久长]|[啥什]么?时候|多会儿?|几时|哪天)[^，。没不也都]{0,6}(?:信儿?|来|修|办|弄|处理|解决|回[复话]?|好|收|拉|答复|说法|结果|准话)|"
    r"(?:还)?(?:要|得)?(?:等|过)?(?:几天|多久|多长时间)|(?:今天|今晚|明天|上午|下午|晚上)(?:能|会)(?:有人)?(?:来|修|弄|收)(?:[修弄收]?好?)?[吗不么])[啊呀呢?？]*$"
)
_WHO = re.compile(
    r"^报给谁[啊呀呢的?？]*$|^(?:这|那|到时候?|是|这事|归)*(?:谁|哪个?(?:部门|单位|人))(?:来|去|给|会)?(?:修|办|管|弄|处理|负责|看|收)?[啊呀呢的?？]*(?<!谁)$"
)
_GREETS = re.compile(
    r"(?:你|您|恁|大家|社区|领导|同志|师傅|小路)*(?:们)?好[啊呀哇]?|喂|在吗|请问(?:一?下)?|打扰(?:一?下|了)|(?:这里|这边|我|俺)*(?:是|来)?(?:替|帮|给)[我俺]们?家?(?:[妈爸娘爹爷奶]|[一-龥]{2,3})(?:问|反映|说|报)(?:一?[下个]|的)*|(?:我|俺)想?(?:反映|报)个?(?:事|问题|情况)"
)
_OPENS = re.compile(
    r"(?:哎+[呀哟]?|唉+|诶|喂+|哦+|那个|这个|对了?|还有|[我俺]?(?:还|再)?有(?:一?[个件])(?:事儿?|问题)|(?:好|行|中|嗯)[的了吧]*)+"
)
"""Said before the story begins: 哎 对了."""
_CANNOT = re.compile(
    r"(?:[我俺]|也|老了|真)*(?:不会|不能|弄不了|不懂|不会(?:拍|弄|整|发|用)|没法(?:拍|弄|发))[的了呀啊]*"
)
"""Why there is no photo: 不拍照 不会."""
_THANKS_FIRST = re.compile(rf"(?:好|行|中|嗯)[的了吧]*{THANKS}")
_PIECE = re.compile(r"[\s，,。；;！!]+")


def asks_when(text: str) -> bool:
    """Tells whether it is asked when somebody comes, or it is done: 这事多长时间给解决."""
    return bool(_WHEN.search(text))


def asks_who(text: str) -> bool:
    """Tells whether it is asked who deals with it: 这归谁管."""
    return bool(_WHO.search(text))


def story_of(text: str) -> str:
    """Returns a message without the pieces that tell nothing of the problem; maybe empty."""
    told = [piece for piece in _PIECE.split(text) if piece]
    kept = [piece for piece in _begun(told) if not _is_beside(piece)]
    return text if len(kept) == len(told) else " ".join(kept)


def _begun(told: list[str]) -> list[str]:
    """Returns the pieces from the first one on that tells something."""
    begins = (
        n for n, p in enumerate(told) if not (_OPENS.fullmatch(p) or _is_courtesy(p))
    )
    return told[next(begins, 0) :]


def without_courtesy(text: str) -> str:
    """Returns a message without its greeting and its thanks; maybe empty."""
    told = [piece for piece in _PIECE.split(text) if piece]
    kept = [piece for piece in told if not _is_courtesy(piece)]
    return text if len(kept) == len(told) else " ".join(kept)


def worry_beside(text: str) -> str | None:
    """Returns the id of the worry that one piece of a message tells: 三天了 别写我名."""
    worries = (worry_in(piece) for piece in _PIECE.split(text) if piece)
    return next((worry for worry in worries if worry), worry_in(text))


def _is_courtesy(piece: str) -> bool:
    if _GREETS.fullmatch(piece) or re.fullmatch(THANKS, piece):
        return True
    return bool(_THANKS_FIRST.fullmatch(piece))


def _is_beside(piece: str) -> bool:
    if _is_courtesy(piece):
        return True
    if (
        _CANNOT.fullmatch(piece)
        or DECLINES.fullmatch(piece)
        or worry_in(piece) is not None
    ):
        return True
    return asks_who(piece) or (asks_when(piece) and len(piece) <= MAX_UNKNOWN_CHARS)
