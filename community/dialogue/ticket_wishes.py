"""What residents want of tickets they filed, of a visit, or of their own data."""

import re

from community.catalog.model import Catalog
from community.dialogue.likeness import likeliest
from community.dialogue.meaning import Context, Meaning, Said
from community.dialogue.wordings import bare, is_question, named_services
from community.reports.corrections import corrected_place
from community.tickets.telling import number_in

MAX_WISH_CHARS = 30
_URGE = re.compile(
    r"催一?[催下]|(?:能不能|可不可以|能)(?:再)?(?:快|早)(?:一?点|些)(?:[吗不来修弄办]|$)|^(?:那|就)?[我俺]?(?:要|想|得)?催(?:吧|啊|呀)?$|帮[我俺]?催|催催|再催|催办|加急|快点(?:给)?(?:办|修|弄|处理|来)|(?:叫|让)他们?快点"
)
_STILL = re.compile(
    r"(?:还|又|仍|照样|一直)(?:在|是)?[一-龥]{1,6}.{0,8}(?:快点|赶紧|抓紧|赶快|快些)|"
    r"(?:快点|赶紧|抓紧|赶快|快些)(?:吧|啊|呀|给[我俺]|[办修弄来管])"
)
"""Said of what was reported just now: it still goes on, hurry."""
_WITHDRAW = re.compile(
    r"撤[回了销掉]|撤单|不用(?:来|修|报|管|弄|处理|派人)了|取消.{0,4}(?:反映|上报|工单|单子|刚才|那个|那件)|"
    r"(?:灯|它|那个|这个|都)?(?:已经|自己|自个儿?)(?:都|就)?(?:修|弄|整)?好了.{0,6}(?:不用|别)|"
    r"(?:不|别|甭)(?:用|要|想|给[我俺])?(?:报|反映|上报)了"
)
_ADDS = re.compile(
    r"^(?:我|俺)?(?:再|还|要|想)*(?:补充|补一句|补个|加一句|说明)(?:一下|说明|情况)?[：:，, 说]*"
)
_STATUS = re.compile(
    r"查一?[查下].{0,6}(?:反映|上报|报的|工单|单子|编号|进[度展])|(?:我|俺)(?:的)?(?:反映|报的|上报的).{0,8}"
    r"(?:咋样|怎么样|到哪|进[度展]|办|处理|修|弄|没|信儿?|呢)|^(?:查)?进[度展](?:呢|咋样|怎么样|查询)?[?？。]?$|"
    r"(?:刚才|刚刚|上[回次])?(?:[我俺](?:报|反映)的?)?(?:那个|那件)?(?:事儿?)?的?(?:工单|登记)?(?:编号|单号)(?:是)?(?:多少|几号?|[啥什]么?)(?:来着)?[?？。]?$|"
    r"(?:上[回次]|昨天|前[天几]|那天|早先).{0,4}报的.{0,14}|(?:报|反映)(?:上去)?(?:了|的).{0,10}(?:咋|怎么|还).{0,6}(?:没|不)(?:人|来|见|动静|信)"
)
_NOBODY_CAME = re.compile(
    r"(?:根本|压根|都|也)?没(?:有)?人(?:来|管|理|联系(?:[我俺])?|给[我俺]打电话)(?:啊|呀|呢)?|(?:你们?|恁|他们)?(?:是不是|别是)?(?:给)?忘了(?:吧|吗|呀)?|"
    r"(?:咋|怎么|为[啥何])?(?:还|到现在|一直|也|都)(?:是)?没(?:有)?(?:个)?(?:人|见人?|来|动静|信儿?).{0,8}"
)
_WHEN = re.compile(
    r"^(?:那|那么|你们?|恁|他们?|咱)*(?:到底|大概|得)?(?:[啥什]么?时候?|多会儿?|几时|哪天|几点)"
    r"(?:能|才|可以|会)?(?:来|到|上门|过来|处理|解决|修|有人)"
)
"""Asked about what was filed just now."""
_FORGET = re.compile(
    r"(?:删|删除|删掉|清除|清空|抹掉|注销)(?:掉|除)?(?:我|俺|本人)?的?(?:全部|所有|个人)?的?"
    r"(?:信息|资料|数据|对话|记录|账号|聊天记录|东西)|"
    r"(?:把|将)(?:我|俺)的?.{0,8}(?:信息|资料|数据|对话|记录|话|照片)(?:都|全)?(?:给)?(?:删|清|抹)"
)
_HOW = re.compile(r"怎么|咋|如何|会不会|能不能|多久|[吗么]$|[?？]$")
_VISIT = re.compile(
    r"(?:请|派|叫|找|让|要(?![债钱账饭])|想要|需要|约|预约|安排)(?:个|一个|你们|人|网格员|工作人员|志愿者|社区的?)*.{0,6}"
    r"(?:上门|来家|到家|入户|来[我俺]家|去[我俺]家|代办|跑一?趟)|"
    r"^(?:[中行好对]|可以)?(?:那|就|那就)?(?:你们?|您|恁)?(?:请|派|叫|让|喊)(?:个|恁|你们?)?人(?:来|过来)(?:一趟|家里?|看看|吧|呗|一下|办)*$|"
    r"(?:帮|替|给)(?:我|俺|老人|[我俺]?[妈娘爹爸]).{0,6}(?:代办|跑一?趟)|^(?:上门|代办|帮办)(?:服务|一下)?[。！!]?$"
)

_SENDS = (
    r"(?:请|派|叫|找|让|安排|来|有)(?:个|一个|几个|[一-龥]{0,3}的)?"
    r"(?:人|志愿者|网格员|医生|大夫|护士)"
)
_ASKED_POLITELY = re.compile(
    rf"(?:能不能|可不可以|可以|能|有没有|(?:想|得|要)(?=有))(?:{_SENDS}|人)(?:来|过来|上门|到家|去)*[一-龥]{{0,2}}?"
    r"(?:(?:给|帮|陪|替|跟|和|扶|送|看看)(?:[我俺]|老人|老的)|[上到来去][我俺](?:们)?家|(?:来|上门)(?:坐坐|说说话|看看|一趟)$)"
)
"""能不能派人来给俺量血压: somebody shall come; 能上门办不 asks how it is done."""
_WHEN_ONLY = re.compile(
    r"(?=.*(?:天|周|星期|礼拜|午|早|晚|点))(?:那|就|要不|最好|得|改|换|到|成)*(?:今天|明天|后天|大后天|明儿|后儿|赶明儿?)?"
    r"(?:[这下本]?个?(?:周|星期|礼拜)[一二三四五六日天末]?)?(?:大清早|早上|上午|中午|下午|晚上|白天)?"
    r"(?:[0-9一二两三四五六七八九十]{1,3}点半?)?(?:左右|以后|之前|前|都)*"
    r"(?:行|中|可以|有空|有人(?![吗不么])|在家|方便|能来|来)?[吧呗啊吗不么]*"
)
"""An answer to the offer of a visit: 明天上午吧."""
_APPOINTS = re.compile(
    r"(?:那)?(?:你|您|恁)?(?:给|帮)[我俺](?:跟)?约(?:一下)?(?:他|她|个时间|时间)(?:吧|呗)?"
)
"""Said of the person who was called: 那你给我约他."""


def wishes(said: Said, context: Context, catalog: Catalog) -> Meaning | None:
    """Reads a wish about tickets; whoever has none is told so by the action."""
    text = said.text
    if len(text) > MAX_WISH_CHARS and not _ADDS.match(text):
        return None
    number = number_in(text)
    in_form = context.requested_slot is not None
    if _ADDS.match(text) and (number or (context.open_ticket and not in_form)):
        return Meaning("supplement", item=context.item, value=number and f"to:{number}")
    if number is not None and said.label != "talk_ask_facet":
        return _of_number(text)
    if in_form:
        return None
    about_ticket = context.open_ticket and not (context.item or "").startswith(
        "service"
    )
    place = corrected_place(text) if about_ticket else None
    if place is not None and not is_question(text):
        return Meaning("supplement", item=context.item, value=f"place:{place}")
    if _URGE.search(text) and not _is_new_matter(said, context, catalog):
        return Meaning("ticket_urge")
    if context.open_ticket and _STILL.search(text) and not said.is_clear_item:
        return Meaning("ticket_urge")
    return _of_filed(said, context)


def _is_new_matter(said: Said, context: Context, catalog: Catalog) -> bool:
    """A matter is told; after a filed one only what has a word of its own is one."""
    if not said.is_clear_matter or not context.open_ticket:
        return said.is_clear_matter
    return likeliest(said.text, (said.label,), catalog) is not None


def _of_number(text: str) -> Meaning:
    if _WITHDRAW.search(text):
        return Meaning("ticket_withdraw")
    if _URGE.search(text):
        return Meaning("ticket_urge")
    return Meaning("talk_ticket_status")


def _of_filed(said: Said, context: Context) -> Meaning | None:
    text = said.text
    if _WITHDRAW.search(text) and not is_question(text):
        has_filed = context.open_ticket or context.filed
        return Meaning("ticket_withdraw") if has_filed else None
    told_anew = said.is_clear_matter and not context.open_ticket
    if _STATUS.search(text) and not said.is_clear_service and not told_anew:
        return Meaning("talk_ticket_status")
    plain = text.strip(" ？?。！!")
    appoints = _WHEN_ONLY.fullmatch(bare(text)) or _APPOINTS.fullmatch(bare(text))
    if (
        context.open_ticket
        and appoints
        and not is_question(text)
        and "proxy_visit" not in context.facets
    ):
        return Meaning("supplement", item=context.item)
    if context.open_ticket and (_NOBODY_CAME.fullmatch(plain) or _WHEN.match(plain)):
        return Meaning("talk_ticket_status")
    return None


def forget_wish(said: Said, context: Context, catalog: Catalog) -> Meaning | None:
    """Reads 删除我的信息; a question how that works is none."""
    if len(said.text) > MAX_WISH_CHARS or not _FORGET.search(said.text):
        return None
    return None if _HOW.search(said.text) else Meaning("forget_me")


def visit_wish(said: Said, context: Context, catalog: Catalog) -> Meaning | None:
    """Reads the wish that somebody comes, or does an errand; a question is none."""
    if context.requested_slot is not None or said.is_clear_matter:
        return None
    plain = re.sub(r"[\s，,。.！!]", "", said.text)
    if "proxy_visit" in context.facets and _WHEN_ONLY.fullmatch(plain):
        told = f"when:{said.text.strip()[:MAX_WISH_CHARS]}"
        return Meaning("visit", item=context.service, value=told)
    asks = _VISIT.search(said.text) or _VISIT.search(plain)
    on_report = context.open_ticket and (context.item or "").startswith("matter/")
    is_wish = not on_report and _ASKED_POLITELY.search(plain) is not None
    if not is_wish and (not asks or is_question(said.text)):
        return None
    named = named_services(said.text, catalog)
    item = said.item if said.is_clear_service else None
    item = named[0] if named else item or context.service
    return Meaning("visit", item=item)
