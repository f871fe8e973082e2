"""What residents are afraid of or wonder about before they say what they want.

Each worry has wordings and one true answer. Nothing is filed for it, and an open report
goes on afterwards.
"""

import re
from dataclasses import dataclass

DICTATE = (
    "语音我还听不懂，对不住。您按住键盘上的麦克风说话，手机会变成字，再发给我；"
    "也可以打字。"
)
"""To whoever cannot type, or sends a recording."""
MAX_CHARS = 24
"""A longer message that means an item says more than its worry."""


@dataclass(frozen=True, slots=True)
class Assurance:
    """One worry and its answer."""

    id: str
    """Value of the meaning `talk_identity`."""
    wording: re.Pattern[str]
    answer: str


ASSURANCES = (
    Assurance(
        "secret",
        re.compile(
            r"(?:给|告诉|发|报)(?:给)?(?:你|您).{0,6}(?:密码|验证码|银行卡|卡号)|"
            r"(?:密码|验证码|银行卡号?|卡号).{0,6}(?:给|告诉|发|报)(?:给)?(?:你|您)"
        ),
        "密码、验证码、银行卡号千万别发给任何人，我也不要。"
        "谁问您要，多半是骗子，拿不准就打96110问一声。",
    ),
    Assurance(
        "discreet",
        re.compile(
            r"(?:别|不要|甭|莫|可别|千万)[^，。？?]{0,8}(?:说|告诉|讲|透露|知道|提)[^，。？?]{0,8}(?:是)?"
            r"(?:[我俺](?:们|家)?(?:说|报|反映|反应|举报|讲|告|提|名|叫)|[我俺]的名)|"
            r"(?:替|给|帮|为)[我俺](?:们)?保密|保密[吗不么行]|"
            r"(?:能|可以|可不可以|能不能)?(?:匿名|不(?:留|写|报)名)(?:[吗不么行]|反映|举报|报)|"
            r"(?:会不会|能不能|别|不会)[^，。？?]{0,6}(?:知道|看出来|猜出来)[^，。？?]{0,6}(?:是)?"
            r"[我俺](?:说|报|反映|反应|举报|告)|"
            r"报复|穿小鞋|得罪|(?:找|给)[我俺]们?(?:的)?(?:麻烦|难看)"
        ),
        "您放心，派给网格员的单子上只写您的化名，不写姓名和账号，也不许往外说是谁报的。"
        "电话您愿意留才留，只给来处理的人看。",
    ),
    Assurance(
        "data",
        re.compile(
            r"(?:信息|资料|隐私|个人情况|身份证号)[^，。]{0,8}(?:卖|泄露|泄漏|外传|漏出去|传出去|保密|安全)|"
            r"(?:卖|泄露|泄漏|外传)[^，。]{0,4}(?:信息|资料|隐私|电话)|"
            r"谁(?:都|能|会|还)*(?:看(?:得)?(?:到|见)|知道)(?:这些|我说的)?|"
            r"(?:书记|主任|支书|领导|邻居|物业|别人|村里|单位)(?:那边)?(?:能不能|会不会|能|会)?(?:看(?:得)?(?:到|见)|知道)(?:这个|吗|么|不|了)|"
            r"^(?:我说的|聊天记录|这些)?(?:以后)?(?:能|可以)删(?:掉|了)?[吗不么]"
        ),
        "您说的话只给来处理的人看，姓名电话加了密存，不卖也不外传。"
        "想全删掉，跟我说“删除我的信息”就行。",
    ),
    Assurance(
        "independent",
        re.compile(
            r"(?:一伙|串通|一家人|穿一条裤子)|(?:向着|护着|偏着)(?:他们|物业|城管|干部|公家|当官)"
        ),
        "我是个机器人，不替哪个部门说话。您反映的事有编号、有钟点，"
        "超时了上一级自动看得见；信不过，拿编号打12345也能查。",
    ),
    Assurance(
        "sure",
        re.compile(
            r"(?:你|您|恁)(?:说|讲|答)的?(?:这些?|话)?(?:到底)?(?:准不准|准[吗么]|对不对|对[吗么]|可靠[吗么]|靠谱[吗么]|"
            r"能信[吗么不]|是真的[吗么]|作数[吗么不]|算数[吗么不])|^(?:这|那)?(?:到底)?准不准[啊呀]?$"
        ),
        "我照政策和官方公开的写法答，没查实的会直说不知道，也从不编数。"
        "要紧的事，去之前再给窗口打个电话问一声最稳。",
    ),
    Assurance(
        "free",
        re.compile(
            r"^(?:那|请问|问)?(?:你们?|您|恁|云小路|用你|问你|找你们?|跟你说|咨询|反映|报这个)+(?:问题|事儿?)?"
            r"(?:得|还|要不要|会不会|用不用)?(?:要|收|花|掏|交)?(?:不要|不收|不花|不)?(?:收费|花钱|费|钱)[吗么不]"
        ),
        "问我、找我反映事都不要钱，网格员上门看也不要钱。谁拿我的名义收钱，别给，打12345。",
    ),
    Assurance(
        "grid_worker",
        re.compile(
            r"网格员(?:是|到底是)?(?:谁|[干做弄]?[啥什]么?的?|哪个|哪位|[干做]嘛|叫[啥什]么?)(?:人|名字|事)?[的呀啊]?[?？]?$|"
            r"[啥什]么?(?:是|叫)网格员"
        ),
        "网格员是社区派来管您这一片的，能上门看、帮着办。他叫什么、电话多少我这里不能说；"
        "想找他，跟我说“找网格员”，我让他联系您。",
    ),
    Assurance(
        "dictating",
        re.compile(
            r"(?:不|不太|不怎么)(?:会|能)(?:打字|写字|写|拼音|认字)|^打字(?:不|太)|不识字|不认字|"
            r"(?:能不能|可以|可不可以|能|会)(?:给[你您])?(?:发|用|听|说)?(?:语音|录音)[吗不么]?|"
            r"[咋怎]么?(?:发|用|说)语音|打字(?:慢|太慢|费劲|难)"
        ),
        DICTATE,
    ),
)
_ANSWERS = {known.id: known.answer for known in ASSURANCES}


def worry_in(text: str) -> str | None:
    """Returns the id of the worry that a message tells."""
    return next((a.id for a in ASSURANCES if a.wording.search(text)), None)


def assurance(worry: str | None) -> str | None:
    """Returns the answer to a worry; `None` for what is none."""
    return _ANSWERS.get(worry or "")
