"""What a message means while the report form waits for an answer."""

import re

from community.catalog.model import Catalog
from community.corrections import is_correction
from community.meaning import ELLIPSIS_MAX_CHARS, UNCERTAIN_TALK, Context, Meaning, Said
from community.reports import (
    SMALL_WORDS_CHARS,
    place_in,
    since_in,
)
from community.wordings import (
    bare,
    is_angry,
    is_question,
    service_with_name,
    wish,
)

LEAVES = frozenset({"talk_handoff", "talk_ticket_status"})
"""A digression, whatever was asked."""
SMALL_TALK = frozenset(
    {
        "talk_thanks",
        "talk_greet",
        "talk_identity",
        "talk_goodbye",
        "talk_feedback_good",
        "talk_feedback_bad",
    }
)
SMALL_TALK_MAX_CHARS = 10
SURE_TALK = 0.8
MIN_PROBLEM_CHARS = 12
"""Shorter than this it is a place, a time, or a word more on the same problem."""
CONFIRM_SLOT = "report_confirm"
NEXT_REPORT = "next"
"""Value of a message that tells another problem while the first waits for a yes."""
NO_PHOTO = "no_photo"
"""Value of a message that says there will be no photo."""
_NO_PHOTO = re.compile(
    r"(?:不用|不会|不能|没法|没|懒得|拍不|发不|传不|甭|别)(?:了|来|法|能|会)?(?:拍|照片|照相|发图|图)|[拍发传]不(?:了|来|成)"
)
NOT_YET = "not_yet"
"""Value of a message that takes the report for filed, or leaves the yes to others."""
_SAYS_NOTHING = re.compile(
    r"(?:那|就)?(?:随便|你看着办|看着办|都行|无所谓|随你)[吧了啊呗。！!]*"
)
_FILED = re.compile(
    r"(?:编号|单号)(?:是)?(?:多少|几|[啥什]么?)|(?:刚才|刚刚)?(?:给[我俺])?报的?(?:是)?[啥什]|(?:啥|什么)时候(?:让|叫)你报|报(?:上去|上)?了[吗没]"
)
_SOLVED = re.compile(
    r"(?:它|灯|现在|刚才|这会儿?)?(?:已经|都|又|自己)*(?:[修弄整]好|解决|处理(?:好|完)|通水|通|来[水电]|亮)了"
)
"""Said of what was about to be reported: it is mended."""
_CANCEL = re.compile(
    r"取消|不报|别报|不用了|不要了|算了|拉倒|退出|撤了|撤回|先不|不说了|不反映"
)
_EARLIER = re.compile(r"报过|报的|反映|编号|进[度展]|上次|上回|之前|查一?下|那个事")
ANSWER_ENTITIES = frozenset(
    {"building", "unit", "room", "address", "phone", "id_number"}
)
"""Who names one of these answers the form's question."""
_UNKNOWN = re.compile(r"不知道|不清楚|记不|忘了|说不[上准好]")
_NO_CALLS = re.compile(r"(?:别|不用|不要|甭)(?:给[我俺])?(?:打|来)?(?:电话|手机)")
_NO = re.compile(
    r"(?:(?:不对|不是|不行|错了|不准|有错|没说对|重说|重来|重新说)[了的吧啊，,。！! ]*)+"
)
_FILES = r"(?:那|就|那就|你|您|赶紧|快点?|麻烦|先|帮[我俺]|给[我俺]|可以|一块)*(?:把)?(?:这个|这件|它|刚才那个|刚才的?|头一个|第一个)?(?:给)?[报交发]"
_QUALIFIES = re.compile(r"不过|但|就是|只是|可是|还有|除了|[0-9]|[号楼层室]|单元")
_YES = re.compile(
    rf"^(?:对|是|好|行|中|嗯)?[ ，,。]*{_FILES}(?:吧|上去|上|呗|一下|啊|了吧)*[。！! ]*$|"
    r"^(?:都对|全对|全都对|对着[呢哩]|没毛病|[没木]有?问题|提交(?:吧|了)?|确[定认](?:了)?|同意|就这样(?:吧|报吧?)?|成|[oO][kK])[的了吧啊呀哈。！! ]*$|"
    r"^(?:嗯|对|是|好|行|中)?[ ，,。]*(?:[我俺])?(?:要|得|想)报(?:上去|上)?[的了吧啊呀，,。！! ]*$|"
    r"^(?:对|是|行|中|好|可以|没错|嗯|报吧|报上|交吧|没问题)[对的了吧啊呀，,。！!报上去]*$"
)


def refuses_calls(text: str) -> bool:
    """Tells whether somebody wants no telephone calls: 别给俺打电话."""
    return bool(_NO_CALLS.search(text))


def fits(slot: str, said: Said) -> bool:
    """Tells whether a message plainly answers a question that was asked long ago."""
    text = said.text.strip()
    if slot == CONFIRM_SLOT:
        return plain_answer(text) is not None
    if slot == "report_since":
        since = since_in(text, said.entities)
        return since is not None and len(text) <= len(since) + SMALL_WORDS_CHARS
    if slot not in ("report_place", "report_which"):
        return False
    place = place_in(text, said.entities)
    return place is not None and len(text) <= len(place) + SMALL_WORDS_CHARS


def within_form(said: Said, context: Context, catalog: Catalog) -> Meaning:
    """Tells a clear digression from an answer; in doubt it is an answer."""
    confirms = context.requested_slot == CONFIRM_SLOT
    if refuses_calls(said.text):
        return Meaning("inform")
    at_summary = _at_summary(said) if confirms else None
    if at_summary is not None:
        return at_summary
    if _is_another_problem(said, context):
        return Meaning("inform", item=said.item, value=NEXT_REPORT)
    if _CANCEL.search(said.text) and len(said.text) <= ELLIPSIS_MAX_CHARS:
        return Meaning("talk_cancel")
    if _leaves(said):
        return Meaning(said.label)
    named = service_with_name(bare(said.text), catalog)
    if named is not None:
        return Meaning("service", item=named, facets=said.facets)
    digression = _digression(said)
    if digression is not None:
        return digression
    return Meaning("inform", value=_yes_or_no(said) if confirms else None)


def _at_summary(said: Said) -> Meaning | None:
    """Reads what is said to the summary: wrong, right, not needed any more."""
    text = said.text.strip()
    if is_correction(text):
        return Meaning("inform")
    if _NO_PHOTO.search(text):
        return Meaning("inform", value=NO_PHOTO)
    if plain_answer(text):
        return Meaning("inform", value=plain_answer(text))
    if _SOLVED.fullmatch(bare(text)):
        return Meaning("talk_cancel")
    if _SAYS_NOTHING.fullmatch(text) or _FILED.search(text):
        return Meaning("inform", value=NOT_YET)
    return None


def _is_another_problem(said: Said, context: Context) -> bool:
    """Tells whether somebody tells the next problem before the first one is filed.

    A question after place or time is often answered with a few words about the same
    problem, and these may sound like another one.
    """
    if not said.is_clear_matter or said.label == context.report_item:
        return False
    if context.requested_slot == CONFIRM_SLOT:
        return True
    if context.requested_slot not in ("report_place", "report_since"):
        return False
    answers = {name for name, _ in said.entities} & ANSWER_ENTITIES
    is_long = len(said.text) >= MIN_PROBLEM_CHARS
    return is_long and not answers and said.confidence > SURE_TALK


def _leaves(said: Said) -> bool:
    if said.label not in LEAVES or said.confidence <= UNCERTAIN_TALK:
        return False
    return said.label != "talk_ticket_status" or bool(_EARLIER.search(said.text))


def _digression(said: Said) -> Meaning | None:
    short = len(said.text) <= SMALL_TALK_MAX_CHARS
    if short and wish(said.text):
        return Meaning("repeat", value=wish(said.text))
    if is_angry(said.text) and not said.is_clear_item:
        return Meaning("talk_feedback_bad", value="angry")
    if said.label == "talk_feedback_bad" and said.confidence > SURE_TALK:
        return Meaning(said.label)
    if said.label in SMALL_TALK and short and not said.entities:
        return Meaning(said.label)
    answers = {name for name, _ in said.entities} & ANSWER_ENTITIES
    if answers or not is_question(said.text):
        return None
    if said.label == "talk_ask_facet" and len(said.text) <= ELLIPSIS_MAX_CHARS:
        return Meaning(said.label, facets=said.facets)
    vague = said.decision == "clarify" or said.label.startswith("talk_")
    if said.facets and vague and not _UNKNOWN.search(said.text):
        return Meaning("talk_ask_facet", facets=said.facets)
    if said.is_clear_service:
        return Meaning("service", item=said.item, facets=said.facets)
    if said.label == "oos_gov" and said.confidence > 0.5:
        return Meaning(said.label)
    return None


def plain_answer(text: str) -> str | None:
    """Returns `yes` or `no` where a message says nothing else."""
    clean = text.strip()
    if _NO.fullmatch(clean):
        return "no"
    return "yes" if _YES.match(clean) else None


def _yes_or_no(said: Said) -> str | None:
    if len(said.text) > SMALL_TALK_MAX_CHARS or said.confidence < SURE_TALK:
        return None
    if _QUALIFIES.search(said.text):
        return None  # 对，不过是8单元
    return {"talk_affirm": "yes", "talk_deny": "no"}.get(said.label)
