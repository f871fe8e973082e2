"""Alarms, and what is added afterwards to what they or a report filed."""

import re

from community.catalog.model import Catalog
from community.contacts import is_contact, names_whom_to_call
from community.dialogue.meaning import (
    ELLIPSIS_MAX_CHARS,
    UNCERTAIN,
    Context,
    Meaning,
    Said,
)
from community.dialogue.suspicious import is_only_tempted
from community.dialogue.wordings import (
    bare,
    has_understood,
    is_question,
    named_services,
    praises,
)
from community.emergencies.after import CALLS_OFF, After
from community.emergencies.after_alarm import MAX_CHARS, after_alarm
from community.emergencies.calm import is_calm
from community.emergencies.detection import detect, hazard
from community.emergencies.questions import SAFETY, asked_of_safety
from community.reports.model import (
    PLACE_ENTITIES,
    SMALL_WORDS_CHARS,
    place_in,
    since_in,
)

_HOUSE = re.compile(r"[0-9一二三四五六七八九十]+(?:号楼|单元|楼|号|室|层)")
WHERE_CHARACTERS = 30
"""Longer than people say where they are."""
_MAY_HAVE_CALLED = re.compile(
    r"(?:打|报|叫|喊)(?:了|过|完|好)|(?:120|110|119|救护车|警察|民警|消防)[^，。]{0,6}(?:来|到|说|路上|马上)"
)
"""Help was called, or is on its way, by the look of it: no new alarm. What is answered to a
sure word of it stands in `community.emergencies.after_alarm`."""
SURE_OF_DANGER = 0.8
"""A model's score that raises another alarm while one is out."""
WEAK_DANGER = 0.3
OF_PEOPLE = ("self_harm", "violence_home", "crime", "missing")
"""Rules that a model reads into fragments about people."""
SURE_OF_A_WISH = 0.8
"""能喘气 is a wish for a person by a weak guess only."""
FEARS_FOR_LIFE = ("self_harm", "matter/elder_welfare_check")
"""Alarms for somebody whom the resident cannot reach or hold."""
_SMALL_TALK = re.compile(
    r"谢|辛苦|再见|拜拜|^(?:你|您)好|在吗|^[嗯好行中对是哦噢的啊吧了，。 ]+$|^(?:可以|没错|收到|好嘞)[的了吧]*$"
)
_GOES_WITH = {
    "matter/elevator_fault": ("matter/power_gas_supply", "matter/noise"),
    "matter/drainage_flooding": (
        "matter/power_gas_supply",
        "matter/power_cable_hazard",
    ),
    "electric_water": ("matter/power_gas_supply", "matter/drainage_flooding"),
    "fire": ("matter/power_gas_supply", "matter/ebike_charging"),
}
"""What goes wrong in a danger is no report of its own: 没电了, of those shut in a lift."""
_NO_QUESTION = re.compile(
    r"(?:不知道|不清楚|不晓得|没看清|没)(?:是|打|从|在)?(?:[啥什哪谁]|怎么|咋)么?|(?<=[着在])[^，。]{0,3}呢$"
)
_DID = re.compile(r"[我俺]们?(?:已经|先|都)?[拿用把给找放挡盖关开]")
"""What somebody did about the danger: 我拿树枝挡了挡."""
_BESIDE_A_TIME = re.compile(r"(?:从|打|自|就|是|都|大概|开始|起|的|吧|了|呢|啊)*")
_JUST_NOW = re.compile(r"刚|现在|这会")
_ASK_ON = ("talk_ask_facet", "talk_affirm", "talk_deny", "talk_feedback_bad")
_OF_MONEY = re.compile(r"赔|钱|工资|误工")
_WHAT_TO_DO = ("咋办", "怎么办", "咋整", "咋弄", "怎么弄")
_HERE = re.compile(r"(?:[我俺]们?|人)?(?:就)?在.{0,8}$")


def emergency(said: Said, context: Context, catalog: Catalog) -> Meaning | None:
    """The danger of the matter itself, or any danger that was detected."""
    key = hazardous_matter(said, context, catalog)
    if key is not None:
        return Meaning("emergency", item=key)
    if said.emergency is None:
        return None
    certain = detect(said.text)
    if certain is None and _is_no_danger(said, context, catalog):
        return None
    bruised = certain == "medical" and said.emergency == certain
    if bruised and _about_the_alarm(said, context, catalog) is After.HURT:
        return None  # 脸上青了, of blows that were told: the same affair
    is_likely = said.is_clear_item or said.confidence >= UNCERTAIN
    return Meaning("emergency", item=said.item if is_likely else None)


def hazardous_matter(said: Said, context: Context, catalog: Catalog) -> str | None:
    """Key of the matter talked of whose own danger a message tells."""
    if is_contact(said.text):
        return None
    keys: list[str | None] = [context.report_item] if context.requested_slot else []
    for key in (*keys, *_guesses(said)):
        base, _, item_id = (key or "").partition("/")
        if base != "matter" or catalog.matters[item_id].emergency is None:
            continue
        if hazard(item_id, said.text):
            return key
    return None


def _guesses(said: Said) -> tuple[str | None, ...]:
    """Returns what a message may be about; a fragment only where that is clear."""
    if said.is_clear_item:
        return (said.item,)
    return () if _is_short(said) else (said.item, *said.candidates)


def _is_no_danger(said: Said, context: Context, catalog: Catalog) -> bool:
    """Whether a danger that only a model finds is none in this conversation."""
    called = context.open_ticket_is_urgent and _MAY_HAVE_CALLED.search(said.text)
    if called or _about_the_alarm(said, context, catalog) is not None:
        return True
    if _is_short(said) and _is_a_guess(said, context):
        return True
    is_weak_fraud = said.emergency == "fraud_now" and said.danger < WEAK_DANGER
    if is_weak_fraud and is_only_tempted(said.text):
        return True
    if context.awaits_contact and names_whom_to_call(said.text):
        return True
    return is_only_facts(said) or is_calm(said.text, said.emergency or "")


def _is_a_guess(said: Said, context: Context) -> bool:
    """Whether a fragment is part of what is talked of rather than a danger of its own.

    他把门锁上了, 有股味儿 and 我现在在路上 turn no alarm into another one, and 他在新生儿科
    住着 belongs to the service asked about, unless the classifier hears a problem, too.
    """
    if is_on_alarm(context):
        if said.emergency == context.open_alarm or _listens(context):
            return True
        is_of_it = _fears_for_life(context) or said.emergency in OF_PEOPLE
        return is_of_it and said.danger < SURE_OF_DANGER
    if not (context.item or "").startswith("service/"):
        return False
    agree = said.is_clear_matter or said.emergency == "self_harm"
    return said.danger < (WEAK_DANGER if agree else SURE_OF_DANGER)


def _is_short(said: Said) -> bool:
    return len(bare(said.text)) <= ELLIPSIS_MAX_CHARS


def is_on_alarm(context: Context) -> bool:
    """An alarm is out, and nothing but problems was talked of since."""
    is_out = context.open_ticket_is_urgent and context.requested_slot is None
    return is_out and (context.item or "").startswith("matter/")


def _fears_for_life(context: Context) -> bool:
    return is_on_alarm(context) and context.open_alarm in FEARS_FOR_LIFE


def _listens(context: Context) -> bool:
    """Whether somebody despairs, and tells why: 他们把我书包扔了 is heard, not judged."""
    return context.open_alarm == "self_harm" and not context.open_alarm_is_settled


def _about_the_alarm(said: Said, context: Context, catalog: Catalog) -> After | None:
    """What a message says of the alarm that is out, as long as nothing else was asked."""
    if not context.open_ticket_is_urgent or context.requested_slot is not None:
        return None
    kind = after_alarm(said.text, context.open_alarm)
    if kind is None or kind in CALLS_OFF:
        return kind
    if kind is After.LEGAL and is_on_alarm(context):
        return kind  # 能离了不 names a service, and is no errand now
    goes_on = is_on_alarm(context) and not named_services(said.text, catalog)
    return kind if goes_on else None


def alarm(said: Said, context: Context, catalog: Catalog) -> Meaning | None:
    """没事吧, 找到了, 要不要打电话: noted on the ticket, with words that fit.

    Who asks of dangers in general is told what to do in them.
    """
    kind = _about_the_alarm(said, context, catalog)
    if kind is None and _grows(said, context):
        kind = After.GROWS
    asked = asked_of_safety(said.text) if context.requested_slot is None else None
    if kind is None and asked and not said.is_clear_service:
        return Meaning("talk_identity", value=f"{SAFETY}{asked}")
    if kind is None:
        return None
    return Meaning("supplement", item=context.item, value=f"alarm:{kind.value}")


def asked_after_alarm(said: Said, context: Context, catalog: Catalog) -> Meaning | None:
    """A question that no table knows is passed on to those who answer the call.

    Nobody in danger is sent back to the start, or asked what he means.
    """
    if not is_on_alarm(context) or len(said.text) > MAX_CHARS:
        return None
    if not is_question(said.text) or named_services(said.text, catalog):
        return None
    is_other = said.is_clear_service or (
        said.is_clear_matter and said.item != context.item and _names_it(said, catalog)
    )
    is_talk = said.label.startswith("talk_") and said.label not in _ASK_ON
    if is_other or (is_talk and said.confidence >= SURE_OF_A_WISH):
        return None
    tells = said.text.strip(" ？?。！!啊呀呢").endswith(_WHAT_TO_DO)
    tells = tells and not _OF_MONEY.search(said.text)
    kind = After.STEPS if tells else After.PASSED_ON
    return Meaning("supplement", item=context.item, value=f"alarm:{kind.value}")


def _grows(said: Said, context: Context) -> bool:
    """Whether a fragment tells more of the danger that the alarm is about: 孩子也吐了."""
    if not is_on_alarm(context) or said.emergency is None or _listens(context):
        return False
    is_nothing = is_only_facts(said) or is_calm(said.text, said.emergency)
    return said.emergency == context.open_alarm and not is_nothing


def is_only_facts(said: Said) -> bool:
    """A place, a time or a telephone number holds no danger, whatever a model says."""
    if _is_only_a_place(said) or is_contact(said.text):
        return True
    since = since_in(said.text, said.entities)
    if since is None or _JUST_NOW.search(since):
        return False
    return bool(_BESIDE_A_TIME.fullmatch(bare(said.text).replace(since, "")))


def _is_only_a_place(said: Said) -> bool:
    """An address that answers a question holds no danger, whatever a model says."""
    rest = _HOUSE.sub("", said.text)
    for name, value in said.entities:
        if name in PLACE_ENTITIES:
            rest = rest.replace(value, "", 1)
    return len(rest) < len(said.text) and len(bare(rest)) <= SMALL_WORDS_CHARS


def supplement(said: Said, context: Context, catalog: Catalog) -> Meaning | None:
    """A place or number sent after a ticket was filed belongs to that ticket."""
    if context.open_ticket is None:
        return _only_a_call(said)
    told = bool(place_in(said.text, said.entities) or _HERE.match(said.text))
    says = _says_how_to_call(said, context)
    if not says and not _asks(said.text):
        wants = context.open_ticket_wants_place
        says = wants and told and _is_only_a_place(said)
        says = says or (
            context.open_ticket_is_urgent
            and _is_about_danger(said, context, catalog, told=told)
        )
    return Meaning("supplement", item=context.item) if says else None


def _says_how_to_call(said: Said, context: Context) -> bool:
    is_call = is_contact(said.text) or names_whom_to_call(said.text)
    if context.awaits_contact and is_call:
        return True
    has_number = any(name == "phone" for name, _ in said.entities)
    return has_number and not said.is_clear_item


def _is_about_danger(
    said: Said, context: Context, catalog: Catalog, *, told: bool
) -> bool:
    """Whether words after an alarm, `told` a place or not, go onto its ticket."""
    if told and (not said.is_clear_service or _is_only_a_place(said)):
        return True
    if context.open_ticket_wants_place and _may_say_where(said):
        return True
    if not said.is_clear_item and _MAY_HAVE_CALLED.search(said.text):
        return True
    return _tells_on(said, context, catalog)


def _only_a_call(said: Said) -> Meaning | None:
    """打我手机, said first of all: no blow, but what about is not known yet."""
    is_call = said.is_clear_matter and is_contact(said.text)
    return Meaning("nlu_fallback", value="report") if is_call else None


def _asks(text: str) -> bool:
    """Tells a question from 不知道哪来的, 没啥反应, 我看着她呢."""
    return is_question(_NO_QUESTION.sub("", text))


def _tells_on(said: Said, context: Context, catalog: Catalog) -> bool:
    """一阵一阵的, 我看着她呢, 八十一了: more words to an alarm, and to nothing else."""
    if not is_on_alarm(context) or len(said.text) > WHERE_CHARACTERS:
        return False
    if _is_small_talk(said, context):
        return False
    if _listens(context):
        return True  # 媳妇要离婚: why somebody despairs is no question about a service
    if named_services(said.text, catalog):
        return False
    if said.item in _GOES_WITH.get(context.open_alarm or "", ()):
        return True
    if said.is_clear_matter:
        is_same = said.item == context.item or _fears_for_life(context)
        if context.open_alarm_is_settled:
            return said.item == context.item
        stays = bool(_DID.match(said.text)) or not _names_it(said, catalog)
        return is_same or (_is_short(said) and stays)
    if _is_short(said):
        return not (said.is_clear_service and said.facets)
    return not said.is_clear_service and said.label != "oos_gov"


def _is_small_talk(said: Said, context: Context) -> bool:
    """Thanks, a yes, a no to something offered: no word about the danger."""
    if _SMALL_TALK.search(said.text) or has_understood(said.text):
        return True
    if said.label in ("talk_deny", "talk_cancel"):
        return bool(context.offered)
    wants = said.label in ("talk_handoff", "talk_ticket_status", "talk_ticket_urge")
    return wants and said.confidence >= SURE_OF_A_WISH


def _names_it(said: Said, catalog: Catalog) -> bool:
    """Whether three characters of the names of the matter that is guessed are in a text.

    Two are not enough: 楼梯 is where things stand in the way, and where there is smoke.
    """
    matter = catalog.matters[said.label.removeprefix("matter/")]
    names = (matter.name, matter.short_name, *matter.aliases)
    return any(n[i : i + 3] in said.text for n in names for i in range(len(n) - 2))


def _may_say_where(said: Said) -> bool:
    """A few words that mean nothing else: the answer to where the danger is."""
    is_open = said.is_uncertain or said.decision != "answer"
    is_open = is_open or (said.label == "talk_feedback_good" and not praises(said.text))
    return is_open and len(said.text) <= WHERE_CHARACTERS
