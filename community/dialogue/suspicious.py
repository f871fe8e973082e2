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
DOUBTS = {
    VISITOR: "先别急着开门。隔着门问清他叫什么、哪个单位的，再打社区的电话对一对；真来办事的不怕您核实。"
    "身份证别让人拿走、别让拍照，别给钱。赖着不走、硬要进门，马上打110。",
    DOUBT: "先别信，别给钱，别填卡号，也别报验证码。挂了电话，自己打家里人或者那个单位的电话核实；拿不准打96110问。"
    "钱、验证码已经给了，马上打110。想举报，跟我说“报诈骗”。",
}
"""What to say to whoever doubts somebody, and has given nothing yet."""
_ALL = frozenset({SCAM, *ANSWERS, *DOUBTS})
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
_CARD = r"(?:银行卡|卡号|密码|验证码|卡里)"
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
    r"^(?:[我俺]|已经|刚才?|都|可)*(?:点|扫|打开|点开|点进去|进去|下载|安装|装)(?:进去|开|上)?(?:了|过)"
)
_TRUE = re.compile(r"真的?[吗么假]|是不是(?:真|假|骗)|可信|骗[子人]|假的|靠谱")
_CARD_DOUBT = re.compile(r"挂失|冻结|停卡|换卡|要不要.{0,4}卡")
_MOVES = re.compile(
    r"没了|少了|[转汇取付垫充投借贷]|[交打给]钱|(?<!身份)证?[交填输点扫给报念寄]了|屏幕|操作|还[让叫要]|又[让叫要]|挂|"
    r"先交|[交缴][^，。]{0,6}[费金税]|现金|[0-9]{3}|[千万]|洗钱|给骗子|按上"
)
"""Money or codes are on their way, or the swindler is still at it."""
_AT_DOOR = re.compile(r"敲门|上门|门口|找上门|来[我俺]家|进[我俺]?家")
_AND_NOW = re.compile(
    r"(?:那|这|下|现在|[我俺]|该|得|不会|会|不)*"
    r"(?:没事[吗吧么]|有事[吗不么吧]|要紧[吗不么吧]|[咋怎]么?(?:办|弄|整))[啊呀呢]?"
)
MAX_MORE_CHARS = 20


def suspicious(said: Said, context: Context, catalog: Catalog) -> Meaning | None:
    """Warns of a bait, and says what to do by what was done with it."""
    if _is_bait(said.text):
        return Meaning("talk_identity", value=_done(said.text) or SCAM)
    is_doubt = bool(_TRUE.search(said.text)) and is_only_tempted(said.text)
    if is_doubt and said.label == "matter/fraud_clue":
        value = VISITOR if _AT_DOOR.search(said.text) else DOUBT
        return Meaning("talk_identity", value=value)
    is_talked_of = context.worry in _ALL or context.report_item == "matter/fraud_clue"
    if not is_talked_of or len(said.text) > MAX_MORE_CHARS:
        return None
    done = _done(said.text)
    if done is None and context.worry in _ALL:
        if _TRUE.search(said.text):
            done = SCAM
        elif _CARD_DOUBT.search(said.text):
            done = GAVE_CARD if context.worry == GAVE_CARD else GAVE_NOTHING
        elif _NOT.search(said.text):
            done = GAVE_NOTHING
        elif _AND_NOW.fullmatch(bare(said.text)):
            done = context.worry
    return Meaning("talk_identity", value=done) if done else None


def is_only_tempted(text: str) -> bool:
    """Tells whether somebody was asked for something, or doubts it, and gave nothing yet."""
    if _MOVES.search(text) or _done(text) is not None:
        return False
    return _is_bait(text) or bool(_TRUE.search(text))


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
