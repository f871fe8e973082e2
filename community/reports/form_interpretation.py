"""What a message means while the report form waits for an answer."""

import re

from community.catalog.model import Catalog
from community.dialogue.assurances import worry_in
from community.dialogue.meaning import (
    ELLIPSIS_MAX_CHARS,
    UNCERTAIN,
    UNCERTAIN_TALK,
    Context,
    Meaning,
    Said,
)
from community.dialogue.wordings import (
    bare,
    is_angry,
    says_small_talk,
    service_with_name,
    wish,
)
from community.reports.answers import says_when, says_where
from community.reports.consent import (
    consents,
    files_with_number,
    gives_up,
    is_solved,
    plain_answer,
    refuses_calls,
    takes_for_filed,
)
from community.reports.corrections import corrects_contact, is_correction, told_instead
from community.reports.filing_order import words_with_order
from community.reports.model import (
    SMALL_WORDS_CHARS,
    phone_in,
    place_in,
    since_in,
)
from community.reports.summary_asides import (
    aside,
    asks_something,
    only_asks,
    unanswered,
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
MIN_OTHER_CHARS = 5
"""下雨就漏, said to the summary, is a word more; 垃圾没人收 is another problem."""
CONFIRM_SLOT = "report_confirm"
WHAT_SLOT, JOIN_SLOT = "report_what", "report_join"
NEXT_REPORT = "next"
"""Value of a message that tells another problem while the first waits for a yes."""
YES = "yes"
PROGRESS = ("progress",)
NO_PHOTO = "no_photo"
"""Value of a message that says there will be no photo."""
_NO_PHOTO = re.compile(
    r"(?:[不没甭别]|没有|懒得)(?:用|会|能|法|了|来|必)*(?:拍(?![到着见])|照片|照相|相片)|"
    r"^(?:[我俺]|就|也|那|先)*(?:(?:[不没]|懒得)(?:用|会|能|法)*发(?:图|了)*(?=$|[ ，,])|[发传]不(?:了|来|成))|"
    r"拍不(?:了|来|成)|(?:照片|相片)[^，。]{0,2}(?:不[发拍用要会]|没有?|算)"
)
NOT_YET = "not_yet"
"""Value of a message that takes the report for filed, or leaves the yes to others."""
_WHOSE = re.compile(
    r"(?:去哪|上哪|找谁|找哪|归谁|归哪)[里儿个]?(?:告|说|管|反映|投诉|[^，。]{0,2}[管告]|$)"
)
"""Whose business it is, asked within the form."""
_SOMEBODY = re.compile(r"人|网格员|电话|联系|客服|社区|领导")
"""Without any of them nobody wants to speak with a person."""
_EARLIER = re.compile(r"报过|报的|反映|编号|进[度展]|上次|上回|之前|查一?下|那个事")
ANSWER_ENTITIES = frozenset(
    {"building", "unit", "room", "address", "phone", "id_number"}
)
"""Who names one of these answers the form's question."""
_UNKNOWN = re.compile(r"不知道|不清楚|记不|忘了|说不[上准好]")
_QUALIFIES = re.compile(r"不过|但|就是|只是|可是|还有|除了|[0-9]|[号楼层室]|单元")


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


def ordered(said: Said, context: Context, catalog: Catalog) -> Meaning | None:
    """Reads 没啥了 报上吧, whatever is said with it.

    Another problem that is told with it is reported afterwards.
    """
    if context.requested_slot in (None, JOIN_SLOT) or is_correction(said.text):
        return None
    words = words_with_order(said.text)
    if words is None:
        return None
    if context.requested_slot != CONFIRM_SLOT:
        return Meaning("inform")
    is_another = words and _is_another_problem(said, context)
    return Meaning("inform", item=said.item if is_another else None, value=YES)


def within_form(said: Said, context: Context, catalog: Catalog) -> Meaning:
    """Tells a clear digression from an answer; in doubt it is an answer."""
    plain = _plain(said, context.requested_slot)
    if plain is not None:
        return plain
    if _is_another_problem(said, context):
        return Meaning("inform", item=said.item, value=NEXT_REPORT)
    if gives_up(said.text) and len(said.text) <= ELLIPSIS_MAX_CHARS:
        return Meaning("talk_cancel")
    if _leaves(said):
        return Meaning(said.label)
    named = service_with_name(bare(said.text), catalog)
    if named is not None:
        return Meaning("service", item=named, facets=said.facets)
    digression = _digression(said)
    if digression is not None:
        asks_for_it = context.requested_slot == CONFIRM_SLOT and said.facets == PROGRESS
        return Meaning("inform", value=NOT_YET) if asks_for_it else digression
    if context.requested_slot != CONFIRM_SLOT:
        return Meaning("inform")
    return unanswered(said) or Meaning("inform", value=_yes_or_no(said))


def _plain(said: Said, slot: str | None) -> Meaning | None:
    """Reads what needs no classifier: no calls, it is over, yes, no."""
    if refuses_calls(said.text):
        return Meaning("inform")
    if slot != WHAT_SLOT and is_solved(said.text):
        return Meaning("talk_cancel")
    if slot == JOIN_SLOT and consents(said.text):
        return Meaning("inform", value=YES)
    return _at_summary(said) if slot == CONFIRM_SLOT else None


def _at_summary(said: Said) -> Meaning | None:
    """Reads what is said to the summary: wrong, right, not needed any more."""
    text = said.text.strip()
    is_wrong = is_correction(text) or corrects_contact(text)
    if is_wrong or since_in(told_instead(text) or ""):
        return Meaning("inform")
    if _NO_PHOTO.search(text):
        return Meaning("inform", value=NO_PHOTO)
    if consents(text) or files_with_number(text):
        return Meaning("inform", value=YES)
    if plain_answer(text) == "no":
        return Meaning("inform", value="no")
    if takes_for_filed(text):
        return Meaning("inform", value=NOT_YET)
    return None if gives_up(text) else aside(said)


def _is_another_problem(said: Said, context: Context) -> bool:
    """Tells whether somebody tells the next problem before the first one is filed.

    A question after place or time is often answered with a few words about the same
    problem, and these may sound like another one.
    """
    if not said.is_clear_matter or said.label == context.report_item:
        return False
    if context.requested_slot == CONFIRM_SLOT:
        is_told = len(bare(said.text)) >= MIN_OTHER_CHARS
        only = only_asks(said.text) or worry_in(said.text) is not None
        return is_told and not only
    if context.requested_slot not in ("report_place", "report_since"):
        return False
    answers = {name for name, _ in said.entities} & ANSWER_ENTITIES
    is_long = len(said.text) >= MIN_PROBLEM_CHARS
    return is_long and not answers and said.confidence > SURE_TALK


def _leaves(said: Said) -> bool:
    if said.label not in LEAVES or said.confidence <= UNCERTAIN_TALK:
        return False
    if worry_in(said.text) is not None:
        return False  # 别说是俺报的 8号楼: what is told beside it answers the form
    if phone_in(said.entities):
        return False  # 打俺闺女电话, with the number: who is to be called
    words = _EARLIER if said.label == "talk_ticket_status" else _SOMEBODY
    return bool(words.search(said.text))


def _digression(said: Said) -> Meaning | None:
    short = len(said.text) <= SMALL_TALK_MAX_CHARS
    if short and wish(said.text):
        return Meaning("repeat", value=wish(said.text))
    if is_angry(said.text) and not said.is_clear_item:
        return Meaning("talk_feedback_bad", value="angry")
    if said.label == "talk_feedback_bad" and said.confidence > SURE_TALK:
        return Meaning(said.label)
    answers_it = says_when(said.text, ()) or says_where(said.text, said.entities)
    is_talk = said.label in SMALL_TALK and says_small_talk(said.label, said.text)
    if is_talk and short and not (said.entities or answers_it):
        return Meaning(said.label)
    answers = {name for name, _ in said.entities} & ANSWER_ENTITIES
    if answers or not asks_something(said.text):
        return None
    asks_on = said.label == "talk_ask_facet"
    asks_whose = _WHOSE.search(said.text) is not None
    if (asks_on or asks_whose) and len(said.text) <= ELLIPSIS_MAX_CHARS:
        facets = said.facets if asks_on else ("process",)
        return Meaning("talk_ask_facet", facets=facets)
    vague = said.decision == "clarify" or said.label.startswith("talk_")
    vague = vague or (said.label.startswith("oos_") and said.confidence < UNCERTAIN)
    if said.facets and vague and not _UNKNOWN.search(said.text):
        return Meaning("talk_ask_facet", facets=said.facets)
    if said.is_clear_service:
        return Meaning("service", item=said.item, facets=said.facets)
    if said.label == "oos_gov" and said.confidence > 0.5:
        return Meaning(said.label)
    return None


def _yes_or_no(said: Said) -> str | None:
    if len(said.text) > SMALL_TALK_MAX_CHARS or said.confidence < SURE_TALK:
        return None
    if _QUALIFIES.search(said.text):
        return None  # 对，不过是8单元
    return {"talk_affirm": "yes", "talk_deny": "no"}.get(said.label)
