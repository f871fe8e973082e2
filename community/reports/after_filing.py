"""What is told right after a report was filed, in the same talk: it belongs to that report."""

import re

from community.catalog.model import Catalog
from community.dialogue.likeness import likeliest
from community.dialogue.meaning import UNCERTAIN_TALK, Context, Meaning, Said
from community.dialogue.wordings import (
    is_angry,
    is_question,
    named_services,
    praises,
    same_of_another,
    says_small_talk,
    wants_to_report,
)
from community.reports.answers import says_where
from community.reports.corrections import contrast, corrects_contact
from community.reports.filing_order import words_with_order
from community.reports.model import MAX_PLACE_ALONE_CHARS, happens
from community.reports.not_the_story import asks_when
from community.reports.place_parts import is_part

WORSE = "worse"
"""Value of a message that tells that it has become worse."""
FILED = "filed"
"""Value of the order to file what is filed already."""
STILL = "still"
"""Value of a message that tells that nothing, or nothing lasting, was done."""
CONTACT = "contact"
"""Value of a message that says that the telephone number is wrong."""
PLAINLY_OTHER = 0.995
"""So sure is a model of a joke or the weather, which are no part of a report."""
GUESS = 0.6
"""A service or an office that is less likely is only a guess about a few words."""
MIN_CHARS = 3
MAX_CHARS = 40
_WORSE = re.compile(
    r"又|更|越|严重|厉害|受不了|扛不住|不敢|漫|淹|流[到进]|塌|摔|伤|冻|[大多满高]了"
)
_IN_VAIN = re.compile(
    r"(?:根本|一点|还是|压根|也|都)(?:也|都)?(?:没|不[管顶])(?:啥|什么)?用|没用|不管用|不顶用|"
    r"白(?:报|反映|说|跑)|(?:跟|和)没[修弄报管](?:一?个?样)|"
    r"没(?:有)?(?:给)?(?:[修弄整换]好|解决|动静|人?[管来修弄清])(?!的话)|"
    r"(?:还|又|仍|照样|照旧|依旧|依然|一直)(?:是|在|没|那样|老样|这样|不)"
)
"""报了也没用, 没修好啊 糊弄人, 还在跳: what was reported goes on."""
_HURRIES = re.compile(
    r"(?:你们?|您|恁|他们|麻烦|请|能不能|让他们)*(?:快[点些]|赶紧|抓紧|赶快)(?:[来修弄办去管]|吧|啊|呀|的)*[ ，,！!]+(?=.{4})"
)
"""你们快点 水都流到人家门口了: what it has come to follows."""
_NOT_DONE_YET = re.compile(r"要是|如果|万一|的话|[明后]天|以后")
_ANNOUNCES = re.compile(r"(?:还有|有|问|说).{0,2}[个件点]事|问(?:一下|问)")
"""我还有个事: what it is comes next."""
_OF_ONESELF = re.compile(r"(?:那|就)?(?:[我俺想])")
_ACCESS = re.compile(r"家|住|楼|门|钥匙|白天|晚上|上班|电话|照片|车|姓|叫")
"""What somebody who comes must know; 我想闺女了 is nothing of that."""
_TWICE = re.compile(r"报重|重复报|报(?:过|了)两")
"""是不是报重了: what was filed is shown."""
_ASKS_IF = re.compile(r"没(?:有)?[?？]?$")
"""修好了没."""
_NO_QUESTION = re.compile(r"[啥谁哪][都也]|什么[都也]")
_WHEN_COMES = re.compile(
    r"(?:今天|今晚|明天|现在|这会儿?|晚上|上午|下午|到底|他们|你们|恁)*(?:能不能|会不会|能|会)?(?:来个?人|有人来|来修|来得?了|[修弄]?好|解决|通)(?:[吗不么嘛]|不能)?[?？]?|"
    r"(?:你们?|恁|他们|网格员|社区)*(?:能不能|能|会不会|会|可不可以)(?:派人|叫人|找人|赶紧)?(?:去|来|过来)(?:个人)?"
    r"(?:看一?看|一趟|修一?修|管一?管|处理|弄弄|一下)(?:一下)?[吗不么嘛]?[?？]?"
)
_CALLED = re.compile(
    r"(?<![0-9])(?:1[0-9]{2,4}|9[0-9]{4})(?:都|也|我|俺|已经)*打(?:了|过|通)|打(?:了|过|通了?)(?:1[0-9]{2,4}|9[0-9]{4})(?![0-9])"
)
"""95598打了 他们说马上来: what was done about it, whatever the answer sounds like."""
_ALSO = re.compile(r"也|还有|另外")
_REFUSES = re.compile(r"[别不没]|再报|另")
_NOT_THAT = re.compile(r"^(?:[哦啊不对]|[我俺](?:说|报)的)*不是")


def place_told_on(said: Said, context: Context, catalog: Catalog) -> Meaning | None:
    """3号楼, after a report of an estate: the part that was missing, or the whole place."""
    if not _is_on_report(context) or is_question(said.text):
        return None
    if corrects_contact(said.text):
        return Meaning("supplement", item=context.item, value=CONTACT)
    text = said.text.strip()
    if len(text) > MAX_PLACE_ALONE_CHARS or happens(text) or said.is_clear_service:
        return None
    tells = context.open_ticket_wants_place and says_where(text, said.entities)
    if not tells and not is_part(text):
        return None
    return Meaning("supplement", item=context.item, value=f"place:{text}")


def filed_already(said: Said, context: Context, catalog: Catalog) -> Meaning | None:
    """报吧, said again after the number was told."""
    if not _is_on_report(context) or context.is_unclear or _REFUSES.search(said.text):
        return None
    if words_with_order(said.text) != "":
        return None
    return Meaning("supplement", item=context.item, value=FILED)


def not_solved(said: Said, context: Context, catalog: Catalog) -> Meaning | None:
    """报了也没用, 还没修: said to a report, whatever a model takes it for."""
    text = said.text.strip()
    if not _is_on_report(context) or not MIN_CHARS <= len(text) <= MAX_CHARS:
        return None
    if asks_when(text):
        return Meaning("talk_ask_facet", facets=("time_limit",))
    if _HURRIES.match(text) and not named_services(text, catalog):
        return Meaning("supplement", item=context.item, value=WORSE)
    is_put_right = contrast(text) is not None and _NOT_THAT.match(text)
    if is_put_right or (_CALLED.search(text) and not is_question(text)):
        return Meaning("supplement", item=context.item)
    if not _IN_VAIN.search(text) or _NOT_DONE_YET.search(text):
        return None
    if is_question(text) or named_services(text, catalog) or _is_of_oneself(text):
        return None
    is_other = said.is_clear_item and said.item != context.item
    return None if is_other else Meaning("supplement", item=context.item, value=STILL)


def another_problem(said: Said, context: Context, catalog: Catalog) -> Meaning | None:
    """那下水道呢, 楼道灯也坏了: named beside what was filed, it is a report of its own."""
    if not _is_on_report(context) or len(said.text) > MAX_CHARS:
        return None
    named = same_of_another(said.text)
    is_guess = said.label.startswith("matter/") and not said.is_clear_item
    also = is_guess and _ALSO.search(said.text) and not is_question(said.text)
    words = named if named is not None else said.text if also else ""
    keys = (said.label, *said.candidates) if words else ()
    matters = tuple(key for key in keys if key.startswith("matter/"))
    item = likeliest(words, matters, catalog)
    if item is None or item == context.item:
        return None
    return Meaning("matter", item=item, clause=said.text)


def told_on(said: Said, context: Context, catalog: Catalog) -> Meaning | None:
    """今天又响 一晚上没睡: more words to what was reported, and to nothing else."""
    text = said.text.strip()
    if not _is_on_report(context) or not MIN_CHARS <= len(text) <= MAX_CHARS:
        return None
    if _WHEN_COMES.fullmatch(text) or _TWICE.search(text):
        return Meaning("talk_ticket_status")
    is_new = wants_to_report(text) or _ANNOUNCES.search(text)
    asks = is_question(_NO_QUESTION.sub("", text)) or _ASKS_IF.search(text)
    if is_new or asks or is_angry(text) or named_services(text, catalog):
        return None
    if not _may_belong(said, context):
        return None
    value = WORSE if _WORSE.search(text) else None
    return Meaning("supplement", item=context.item, value=value)


def _is_on_report(context: Context) -> bool:
    """A report was filed, and nothing else was talked of or asked since."""
    is_filed = context.open_ticket is not None and not context.open_ticket_is_urgent
    is_free = context.requested_slot is None and context.question is None
    return is_filed and is_free and (context.item or "").startswith("matter/")


def _may_belong(said: Said, context: Context) -> bool:
    """Tells whether a message is about the report, or about nothing that is known."""
    if said.text.strip().isdigit():
        return True  # 601: a room, whatever it sounds like
    if said.item is not None and said.item == context.item:
        return said.decision != "answer" or not _names_a_place(said)
    if _is_of_oneself(said.text) and not _ACCESS.search(said.text):
        return False
    if said.label == "oos_other":
        return said.confidence < PLAINLY_OTHER
    is_talk = said.label.startswith("talk_") and said.confidence >= UNCERTAIN_TALK
    is_talk = is_talk and says_small_talk(said.label, said.text)
    if said.label == "talk_feedback_good" and not praises(said.text):
        is_talk = False  # 又返水了 比上午还厉害
    is_guess = said.confidence < GUESS or said.label.startswith(("matter/", "talk_"))
    return not is_talk and not said.is_clear_item and is_guess


def _is_of_oneself(text: str) -> bool:
    return _OF_ONESELF.match(text.strip()) is not None


def _names_a_place(said: Said) -> bool:
    """Another house or road is another report."""
    return any(name in ("address", "building") for name, _ in said.entities)
