"""Questions about the topic of a problem that report nothing: 煤气卡咋充值, 有低保的能养狗吗."""

import re

from community.catalog.model import Catalog
from community.dialogue.likeness import likeliest
from community.dialogue.meaning import ELLIPSIS_MAX_CHARS, Context, Meaning, Said
from community.dialogue.wordings import named_services
from community.reports.form_interpretation import ANSWER_ENTITIES

INQUIRY = "inquiry"
"""Value of a question that opens no report."""
_TROUBLE = re.compile(
    r"坏|堵|漏|断了|灭了|臭|吵|脏|乱|塌|掉|冒|黑|裂|咬|追|叫唤|随地|停了|没[电水气人来清]|不[亮热走动通]|味|天天|老是|总是|一直|"
    r"管不管|谁管|没人管|找谁|投诉|举报|反映"
)
"""Whoever says one of these tells a problem, even where he asks."""
_HELP = r"(?:不能|给|帮|派|来|修|管|处理|解决|清|拆|换|装|安|加|弄|治|查|看)"
_INQUIRY = re.compile(
    rf"(?:能|可以|可不可以|能不能|让不让|许不许|准不准|用不用|要不要)(?!.{{0,2}}{_HELP})[^，。？?]{{1,8}}[吗不么]?[？?]?$|"
    r"(?:[咋怎]么?|如何|[去在上]哪[里儿]?|哪[里儿能])(?:能|可以)?(?:充|交|缴|买|办|开户|申请|过户|领|存|分类|倒|扔|放|堆)[^，。]{0,5}$|"
    r"(?:倒|扔|放|堆|存)(?:在|到)?哪(?:里|儿)?(?:去)?[？?]?$|"
    r"(?:费|价)(?:是)?(?:多少|[咋怎]么?算|贵不贵|呢)[钱]?[？?]?$|(?:要|得)?(?:多少|几个?)(?:块|元)?钱[？?]?$|"
    r"(?:要|会|会不会|是不是要)(?:停|涨|拆|封)[^，。了]{0,4}[吗不么][？?]?$|(?:说|通知|听说)[^，。]{0,3}要(?:停|拆|封)[水电气暖]?[^了]{0,3}$|"
    r"要?涨(?:价|钱|费)了?$|演练|演习|"
    r"有(?:没有|没|[啥什]么?)?(?:[^，。？?]{0,3})?(?:补[助贴]|优惠|减免|照顾)(?:[吗么不没]|没有)?[？?]?$"
)
_JUST_ASKING = re.compile(
    r"(?:我|俺)?(?:这)?(?:不是|没|并不|不)(?:要|想|来|在)*(?:报事|报修|反映|举报|投诉|上报|报案|报)(?:[啥什]么?|事|问题|的)*(?:[，, ]*(?:我|俺)?(?:就|就是|只是|只)?(?:想|来)?(?:问问?|打听)(?:一?下)?(?:事|个事)?)?[啊呀的]*|"
    r"(?:我|俺)?(?:就|只|只是|就是|光)(?:是)?(?:想|来)?(?:问问|问一?下|打听(?:打听|一?下)?|问个事)[啊呀的]*"
)


_JUST_ASKING_THIS = re.compile(
    r"(?:我|俺)?(?:就|只|只是|就是|光)(?:是)?(?:想|来)?(?:问|打听)(?:问|打听|一?下)(?!题)"
)
_ASKS_SOON = re.compile(
    r"(?:那|我|俺)?(?:能|想)?(?:帮|给|跟|向)?(?:我|俺|你|您|恁)?(?:问|打听|请教)(?:一?下)?(?:个|点|件)(?:事儿?|问题)(?:行)?[吗不么啊呀]?"
)
"""Said before a question: 想打听个事."""


def just_asking(said: Said, context: Context, catalog: Catalog) -> Meaning | None:
    """我就问问, 不是报事: whoever says so leaves the form, and is asked to go on."""
    text = said.text.strip(" 。！!？?")
    if context.requested_slot is None and _ASKS_SOON.fullmatch(text):
        return Meaning("talk_affirm")
    if context.requested_slot and _JUST_ASKING_THIS.match(text):
        return Meaning("talk_cancel")
    if not _JUST_ASKING.fullmatch(text):
        return None
    return Meaning("talk_cancel" if context.requested_slot else "talk_affirm")


def inquiry(said: Said, context: Context, catalog: Catalog) -> Meaning | None:
    """Takes a question without a problem for no report."""
    if not _is_of_matters(said) or said.emergency or context.requested_slot:
        return None
    if _TROUBLE.search(said.text) or not _INQUIRY.search(said.text):
        return None
    if ANSWER_ENTITIES & {name for name, _ in said.entities}:
        return None
    facets = said.facets or ("eligibility",)
    named = named_services(said.text, catalog)
    if named:
        return Meaning("service", item=named[0], facets=facets)
    of_matter = likeliest(said.text, (said.label,), catalog) is not None
    if (
        context.talked_of is not None
        and not of_matter
        and len(said.text) <= ELLIPSIS_MAX_CHARS
    ):
        return Meaning("talk_ask_facet", item=context.service, facets=facets)
    return Meaning("nlu_fallback", candidates=(said.label,), value=INQUIRY)


def _is_of_matters(said: Said) -> bool:
    """Tells whether nothing but matters are likely to be meant."""
    if said.item is None or not said.label.startswith("matter/"):
        return False
    guesses = said.candidates if said.decision == "clarify" else (said.label,)
    return said.decision != "abstain" and all(g.startswith("matter/") for g in guesses)
