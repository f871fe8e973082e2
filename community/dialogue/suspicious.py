"""Suspicious messages, links and codes: what to do, and never the service of the bait.

A message that somebody received, forwards or describes names a service (医保停用) in order to
be believed. What was done with it, told afterwards, decides what has to be done now.
"""

import re

from community.catalog.model import Catalog
from community.dialogue.meaning import Context, Meaning, Said
from community.dialogue.wordings import bare

SCAM = "scam"
"""The worry of whoever asks whether it is true."""
CLICKED, GAVE_CARD, GAVE_ID, GAVE_NOTHING = (
    "clicked",
    "gave_card",
    "gave_id",
    "gave_nothing",
)
ANSWERS = {
    CLICKED: "先把那个页面关了，别再往下点、往下填；装了软件的，断网删掉。"
    "卡号、密码、验证码填过没有？填了就马上打卡背面的银行电话冻结，钱少了打110；拿不准打96110问。",
    GAVE_CARD: "现在就打卡背面的银行电话，把卡冻结、改密码；钱少了马上打110。"
    "短信、网页、对方号码都留着别删，也能打96110问。想举报，跟我说“报诈骗”。",
    GAVE_ID: "别再往下填了。往后谁拿您的信息来电话，要验证码、要转账，都别信，拿不准打96110。"
    "连卡号、验证码也填了，马上打卡背面的银行电话冻结，钱少了打110。",
    GAVE_NOTHING: "没填就好，把它删了，别再点。谁问您要卡号、密码、验证码都别给；"
    "拿不准打96110，心里不踏实就打卡背面的银行电话问一声。",
}
"""What to do, by what was done with it."""
VISITOR, DOUBT = "visitor", "doubt"
SHOWN, KEPT, AFRAID = "shown", "kept", "afraid"
DOUBTS = {
    VISITOR: "先别信，也别急着开门。隔着门问清他叫什么、哪个单位的，再打社区的电话对一对；真来办事的不怕您核实。"
    "身份证别让人拿走、别让拍照，别给钱。赖着不走、硬要进门，马上打110。",
    DOUBT: "先别信，别给钱，别填卡号，也别报验证码。挂了电话，自己打家里人或者那个单位的电话核实；拿不准打96110问。"
    "钱、验证码已经给了，马上打110。想举报，跟我说“报诈骗”。",
}
"""What to say to whoever doubts somebody, and has given nothing yet."""
VISITED = {
    SHOWN: "给看过、拍过了，先别慌。记下那人啥样、啥时候来的；证被拿走了没还，或者给过卡、密码、钱，马上打110。"
    "往后谁来电话要验证码、要转账都别信，拿不准打96110问。"
    "打社区电话问问是不是真派了人，也可以说“找网格员”，我帮您转过去。",
    KEPT: "那就好。往后再来，隔着门问清哪个单位的，先打社区电话对一对，身份证别让拿、别让拍。"
    "硬要进门，马上打110。",
    AFRAID: "别怕，您说出来就对了。把门锁好，谁敲都先隔着门问；硬要进门、赖着不走，马上打110。"
    "心里不踏实，给家里人打个电话，或者说“找网格员”，我让人来看看您。",
}
"""What to say after somebody has come to the house."""
_VISITS = frozenset({VISITOR, *VISITED})
_ALL = frozenset({SCAM, *ANSWERS, *DOUBTS, *VISITED})
_COMES = re.compile(
    r"短信|消息|微信|群里|转发|收到|发[来的]|发给|对方|有人|陌生|来电|电话|[他她]们?(?:说|叫|让)|[让叫](?:[我俺]们?)?[点扫填下输]|【"
)
"""It came from somebody."""
_LURE = re.compile(
    r"链接|网址|点击|点开|二维码|扫[^，。]{0,3}码|验证码|屏幕共享|下载[^，。]{0,6}(?:软件|[aA][pP][pP])|"
    r"填[^，。]{0,6}(?:卡号|银行卡|身份证)"
)
_URL = re.compile(
    r"https?:|www\.|[a-z0-9-]+\.(?:top|xyz|cn|com|net|cc|vip|info|shop|club)(?![a-z])",
    re.IGNORECASE,
)
_PRESSES = re.compile(r"点|扫|认证|领|异常|停用|逾期|激活|登录|失效|冻结|中奖")
_PLAIN = re.compile(
    r"收不到|没收到|没来|窗口|大厅|排队|进门|公交|反诈|爱山东|(?:链接|网址|二维码)[^，。]{0,2}(?:发|给)(?:给)?[我俺]|给[我俺]个?(?:链接|网址)"
)
"""Codes of everyday life, and links that are asked for."""
_CARD = r"(?:银行卡|存折|卡号|密码|验证码|卡里)"
_PERSONAL = r"(?:身份证|信息|名字|姓名|手机号|人脸|刷脸|资料)"
_GAVE = r"(?:填|输|给|报|发|说|告诉|交|刷)"
_NOT = re.compile(
    rf"没(?:有)?(?:敢|去|往下)?(?:{_GAVE}|点|扫|转|弄|理)|不敢?(?:{_GAVE}|点|扫)"
)
_GAVE_CARD = re.compile(
    rf"{_GAVE}[^，。没]{{0,6}}{_CARD}|{_CARD}[^，。没]{{0,5}}{_GAVE}(?:[他她]们?)?[了过]"
)
_GAVE_ID = re.compile(
    rf"{_GAVE}[^，。没]{{0,6}}{_PERSONAL}|{_PERSONAL}[^，。没]{{0,5}}{_GAVE}(?:[他她]们?)?[了过]"
)
_CLICKED = re.compile(
    r"^(?:[我俺那]|已经|刚才?|都|可|就|不小心)*(?:点|扫|打开|点开|点进去|进去|下载|安装|装)(?:进去|开|上)?(?:了|过)"
)
_TRUE = re.compile(
    r"真的?[吗么假]|是不是(?:真|假|骗)|可信|骗[子人]|假的|靠谱|正常[吗么不]|正规[吗么不]"
)
_CARD_DOUBT = re.compile(r"挂失|冻结|停卡|换卡|要不要.{0,4}卡")
_MOVES = re.compile(
    r"没了|少了|骗[了走去]|[转汇取付垫充投借贷]|[交打给]钱|(?<!身份)证?[交填输点扫给报念寄]了|屏幕|操作|还[让叫要]|又[让叫要]|挂|"
    r"先交|[交缴][^，。]{0,6}[费金税]|现金|[0-9]{3}|[千万]|洗钱|给骗子|按上"
)
"""Money or codes are on their way, or the swindler is still at it."""
_AT_DOOR = re.compile(
    r"敲门|上门|门口|来(?:[我俺咱]们?)?家|[进到](?:[我俺咱]们?)?家|来了?[一两三几俩仨]?个?人|人来"
)
_STRANGER = re.compile(
    r"有(?:人|[一两几俩]?个)|来了?(?:[一两三几俩仨]?个|[俩仨])|陌生|不认[识得]|自称|说(?:他|他们|她)?是|冒充|穿[^，。]{0,6}衣服"
)
_WANTS_PAPERS = re.compile(
    r"(?:要(?!带)|看|查|收|拿|拍|扫|抄|登记|借)[^，。]{0,6}(?:身份证|户口本|银行卡|存折|社保卡|医保卡|手机|信息|人脸)|"
    r"(?:身份证|户口本|银行卡|存折|社保卡|医保卡|手机)[^，。]{0,4}(?:要|看|拿|收|拍|扫|抄)"
)
_ASKED_FOR = re.compile(
    r"能(?:有人|不能|让|请|找|给)|可以|有没有|带[^，。]{0,8}(?:身份证|户口本|卡)"
)
"""Who asks for a visit is not afraid of one."""
_SHOWED = re.compile(
    r"给(?:[他她]|人家|它)们?(?:了|[看拍抄照扫记登])|(?:看|拍|抄|记|扫|登记|拿|收)(?:走|去)?[了过]|照了?[个张]?[相像]|刷了?[个张]?脸|签了?[个]?字"
)
_GAVE_NO_MORE = re.compile(r"(?:没|不曾)(?:有)?(?:给|要|拿|让|开|敢|看|拍)|不[给让]")
_AFRAID = re.compile(
    r"害怕|[吓怕](?:人|死|得慌|得很|坏)|(?:我|俺|有点|真|好|很)怕|心慌|不踏实|睡不着"
)
_AND_NOW = re.compile(
    r"(?:那|这|下|现在|[我俺]|该|得|不会|会|不)*"
    r"(?:没事[吗吧么]|有事[吗不么吧]?|要紧[吗不么吧]|[咋怎]么?(?:办|弄|整))[啊呀呢]?"
)
MAX_MORE_CHARS = 20


def suspicious(said: Said, context: Context, catalog: Catalog) -> Meaning | None:
    """Warns of a bait, and says what to do by what was done with it."""
    value = _warning(said)
    if value is None and len(said.text) <= MAX_MORE_CHARS:
        if context.worry in _VISITS:
            value = _after_a_visit(said.text)
        elif context.worry in _ALL:
            value = _done(said.text) or _after_a_bait(said.text, context.worry)
        elif context.report_item == "matter/fraud_clue":
            value = _done(said.text)
    return Meaning("talk_identity", value=value) if value else None


def _warning(said: Said) -> str | None:
    """Returns what to say to a message that tells of a bait or a stranger by itself."""
    if _is_bait(said.text):
        return _done(said.text) or SCAM
    if _wants_papers_at_the_door(said.text):
        return SHOWN if _showed(said.text) else VISITOR
    is_doubt = bool(_TRUE.search(said.text)) and is_only_tempted(said.text)
    if is_doubt and said.label == "matter/fraud_clue":
        return VISITOR if _AT_DOOR.search(said.text) else DOUBT
    return None


def _after_a_bait(text: str, worry: str | None) -> str | None:
    if _TRUE.search(text) and text[:1] not in "你您恁":
        return SCAM
    if _CARD_DOUBT.search(text):
        return GAVE_CARD if worry == GAVE_CARD else GAVE_NOTHING
    if _NOT.search(text):
        return GAVE_NOTHING
    return worry if _AND_NOW.fullmatch(bare(text)) else None


def is_only_tempted(text: str) -> bool:
    """Tells whether somebody was asked for something, or doubts it, and gave nothing yet."""
    if _MOVES.search(text) or _done(text) is not None:
        return False
    return _is_bait(text) or bool(_TRUE.search(text))


def _wants_papers_at_the_door(text: str) -> bool:
    """A stranger at the door who wants to see papers, as it is told: asked of nobody."""
    return (
        bool(_AT_DOOR.search(text))
        and bool(_STRANGER.search(text) or _TRUE.search(text))
        and bool(_WANTS_PAPERS.search(text))
        and not _ASKED_FOR.search(text)
    )


def _showed(text: str) -> bool:
    return bool(_SHOWED.search(text)) and not _GAVE_NO_MORE.search(text)


def _after_a_visit(text: str) -> str | None:
    """Returns what to say to what is told after somebody came to the house."""
    done = _done(text)
    if done == GAVE_CARD:
        return GAVE_CARD
    if _AFRAID.search(text):
        return AFRAID
    if _GAVE_NO_MORE.search(text):
        return KEPT
    if done or _SHOWED.search(text):
        return SHOWN
    return VISITOR if _AND_NOW.fullmatch(bare(text)) or _TRUE.search(text) else None


def _is_bait(text: str) -> bool:
    if _PLAIN.search(text):
        return False
    if _COMES.search(text) and _LURE.search(text):
        return True
    return bool(_URL.search(text) and _PRESSES.search(text))


def _done(text: str) -> str | None:
    """Returns what somebody has given away already, the worst of it."""
    if _NOT.search(text):
        return None
    told = re.split(r"[让叫要]", text)[-1] if _COMES.search(text) else text
    if _COMES.search(text) and not re.search(r"[了过]", told):
        return None  # 让我填卡号: asked for, not done
    for kind, words in ((GAVE_CARD, _GAVE_CARD), (GAVE_ID, _GAVE_ID)):
        if words.search(told):
            return kind
    return CLICKED if _CLICKED.search(told) else None
