"""The replies to what is said after an alarm, with the numbers where there is still danger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from community.emergencies.after import After
from community.emergencies.warnings import warning_for


@dataclass(frozen=True, slots=True)
class OpenAlarm:
    """An alarm that is out, as far as words about it depend on it."""

    number: str
    """Of its ticket."""
    call: Sequence[str] = ()
    """Telephone numbers, as they were first said."""
    rule: str | None = None
    n_told: int = 0
    """How much was told since."""
    is_settled: bool = False
    """Called off, or in good hands."""
    wants_place: bool = False
    steps: str = ""
    """What to do until help comes; empty where nothing more is to be done."""
    is_of_other: bool = False
    """Somebody else wants to die, or has taken poison; who writes is no one to comfort."""


_WAIT = "等他们来，电话别占着，留个人在路口接。"
_UP_TO_THEM = {
    "120": "听120大夫的",
    "110": "问接110的警察",
    "119": "问接119的人",
    "122": "问交警",
}
"""Who can answer what nobody else can."""
_AFTER_BLOWS = "疼得厉害、头晕想吐、流血止不住，马上打120；轻的也去医院看看，让大夫写上病历，伤处拍照留着，这都是凭据。"
_SEE_DOCTOR = {
    **dict.fromkeys(("violence_home", "crime"), _AFTER_BLOWS),
    "missing": "人找着了，迷糊、摔着、冻着的都打120；看着没事也去医院看看，别大意。",
}
_SEE_DOCTOR_ANYHOW = (
    "疼得厉害、头晕、想吐、喘不上气、流血，马上打120；看着轻的也去医院看看，别大意。"
)
_FEE_ILL = "打120不要钱；救护车出车、急救按规定收费，收多少问120。"


def words_after(
    kind: After | None, alarm: OpenAlarm, text: str = "", place: str = ""
) -> str:
    """Says what fits, with the numbers to call where there is still danger.

    Args:
        kind: What was said; `None` for any more that is told.
        alarm: The alarm that is out.
        text: The message.
        place: Where it is, if the message says so.
    """
    numbers = "、".join(alarm.call)
    to_call = f"请现在就打 {numbers}。" if alarm.call else "请现在就打电话。"
    noted = f"您这句记上了，跟 {alarm.number} 放在一起，网格员看得到。"
    if kind is None or (kind is After.WAIVED and alarm.is_settled):
        return _more_told(alarm, numbers, place)
    is_waiting = alarm.is_settled and bool(numbers)
    call_once = "" if alarm.is_settled else to_call
    steps = alarm.steps
    expert = _UP_TO_THEM.get(alarm.call[0] if alarm.call else "", "问接电话的人")
    wait = "躺着等会耽误，人要紧；钱的事过后再想办法。"
    is_ill = "120" in alarm.call[:1]
    wait = wait if is_ill else "人要紧，别的事过后再说。"
    again = (
        f"情况变了就再打一次 {numbers}。" if alarm.is_settled and numbers else to_call
    )
    again_soon = f"等急了再打一遍 {numbers}。" if is_waiting else to_call
    urges = (
        f"再打一遍 {numbers} 催一催"
        if is_waiting
        else f"打过了就再打一遍 {numbers} 催一催，没打现在就打"
    )
    may_do = (
        f"这个{expert}，他没让做的先别做。"
        if is_waiting
        else f"{to_call}先打电话，照他们说的做。打不通就接着打。"
    )
    at_once = "走失不用等满一天，马上就能报。" if alarm.rule == "missing" else ""
    is_told = alarm.is_settled or alarm.rule == "self_harm"
    tell_me = "" if is_told else "打通了跟我说一声。"
    died = (
        "您先节哀。" if alarm.is_settled else f"{to_call}人还有没有救，大夫看了才算。"
    )
    doctor = "要不要紧、吃什么药、去哪家医院，听接电话的大夫说。" if is_ill else ""
    return {
        After.OVER: f"那就好。{'人好些了也让大夫看看，别大意。' if is_ill else ''}{noted}",
        After.MISTAKEN: f"对不住，是我听岔了。{noted}",
        After.LIGHT: f"您没事就好。{noted}心里再难受，不管几点都能打12356，身边最好有人陪着。",
        After.WAIVED: f"这事等不得，{to_call}{wait}{noted}",
        After.CALLED: f"打了就好。{steps or _WAIT}{noted}",
        After.NOT_CALLED: f"{to_call}就说在哪儿、出了什么事，别的不用管，我这边给您记着。打通了跟我说一声。",
        After.GROWS: f"{again}这句也说给他们听。{steps}{noted}",
        After.FILED: f"已经报了，编号 {alarm.number}，网格员看得到。{'' if alarm.is_settled else to_call}",
        After.WILL_COME: f"{again_soon}说清哪个镇、哪个村、挨着什么，来不来、多久到，接电话的人当场告诉您。留个人在路口接。{steps}",
        After.ANIMAL: f"人没事就好。您自己千万别下去、别靠前，喊住旁边的人；打 {numbers or '119'} 问问能不能来弄。{noted}",
        After.OTHER: f"您别慌，{to_call}守着人，一刻别离开，药、刀、绳子收远；已经喝了吃了的，别催吐、别灌水，瓶子留着给大夫看。",
        After.PAID: f"钱刚出去，越快越好：{to_call}再打卡背面的银行电话要止付。转账记录、聊天截图都别删。{noted}",
        After.PAID_BACK: f"能不能追回来我说不准，越早报警、止付，机会越大。{'' if alarm.is_settled else to_call}转账记录、对方账号都留好。"
        "谁说先交钱就能帮您追回来，那也是骗子。",
        After.NOTHING_GIVEN: f"那就好，别理他，号码拉黑，钱和验证码都别给。拿不准打96110问。{noted}",
        After.DOUBTS: f"多半是骗子，别点、别填、别给钱。拿不准打96110问；钱或验证码已经给了，{to_call}",
        After.ARRIVED: f"来了就好，听他们的。{noted}",
        After.ASKS: f"{at_once}{may_do}{doctor}{steps}",
        After.STEPS: f"{call_once}{steps or '先打电话，照接电话的人说的做。'}{tell_me}",
        After.LATE: f"{urges}，说清哪个村、挨着什么，叫人到路口接。{steps}",
        After.FEE: f"{_FEE_ILL if '120' in alarm.call else '打110、119不要钱。'}人要紧，钱的事过后再说。{call_once}",
        After.LIVES: f"别怕，我陪着您。{call_once}要不要紧，大夫看了才知道，越早看越好。{steps}",
        After.DIED: f"{died}现场先别动，听大夫和警察的；叫个亲人、邻居来陪着您。{noted}",
        After.SEE_DOCTOR: f"{call_once}去不去医院，{expert}；在他们来以前：{steps}"
        if is_ill
        else f"{_SEE_DOCTOR.get(alarm.rule or '', _SEE_DOCTOR_ANYHOW)}{call_once}",
        After.ILL: f"请现在就打 120，这不能等。{steps}{noted}",
        After.HURT: f"您受罪了。{call_once}疼得厉害、头晕想吐、流血止不住，马上打120。轻的也去医院看，让大夫写上病历；伤处拍照留着，这都是凭据。{noted}",
        After.FRIGHTENED: f"{call_once}把人领到安全、安静的地方，搂着陪着，告诉他有您在、不是他的错。要是抽了、喘不上气、叫不应，马上打120；过后还睡不好，打12355问。{noted}",
        After.SCARED: f"别怕，我陪着您。{call_once}{steps}",
        After.PUNISHED: f"怎么处理，警察看了情况才定，我说不准。您怎么想的、怕不怕他报复，都跟警察说。{call_once}{noted}",
        After.LEGAL: "您受委屈了。能不能离、孩子归谁、怎么告，法院看了才定，我不敢乱说。受家暴的申请法律援助不看穷不穷，打12348问；也可以打妇女热线12338。伤处照片、病历、报警的凭据都留好。眼下不安全，先打110。",
        After.PASSED_ON: f"这个我说不准，不敢乱答，{expert}。{call_once}{noted}",
        After.GONE: f"他不在跟前，{to_call}也可以打12338。带上身份证和孩子，先去亲戚家或社区。{noted}",
        After.SECRET: f"您放心，我不会告诉他，单子只给来处理的人看。能打电话的时候，{to_call}",
        After.SHELTER: f"{to_call}跟警察说想找地方避一避，他们能联系救助站；也可以打12338问。",
        After.NO_BLOW: f"没动手也别大意：不让出门、收手机、吓唬人，都能打110，也能打12338问。{noted}",
        After.WORSENS: f"{warning_for(text, alarm.rule)}，{to_call}",
        After.BEFORE: f"是以前的事，就不用赶着打了。{noted}现在又有危险，马上打 {numbers or '110'}。",
        After.UNHURT: f"人没事就好。{noted}",
        After.CARED_FOR: f"有大夫管着就好，听大夫的。{noted}"
        f"{'您也别一个人扛。' if alarm.rule == 'self_harm' else ''}",
        After.AFRAID: f"您别怕，报了单子只给来处理的人看，不说是谁报的。人的安全要紧，{to_call}{noted}",
        After.HELPLINE: "12356是心理援助热线：心里难受想说说，或者怎么劝家里人拿不准，都能打。"
        f"人要是有危险，先打 {numbers}。",
        After.LISTENS: f"我在呢，您说，我听着。身边有人能陪着您最好；{numbers} 不管几点都能打。",
        After.SILENT: f"不方便出声，就试着发短信到12110，写清在哪儿、出了什么事，能不能收到以当地为准。能打的时候，{to_call}",
        After.BANK: f"卡背面印着银行的电话，现在就打，让他们止付、挂失；钱已经转出去了，先打 {numbers or '110'}。",
        After.BITE: f"先用肥皂水和流动的水反复冲伤口，冲够一刻钟，再去医院问狂犬疫苗；哪家能打，打12345或120问。{noted}",
    }[kind]


def _more_told(alarm: OpenAlarm, numbers: str, place: str) -> str:
    """Notes what is told on: with the numbers, then with a question, then alone."""
    noted = f"地点记上了：{place}。" if place else "记上了，"
    noted += f"跟 {alarm.number} 放在一起，网格员看得到。"
    if alarm.is_settled:
        return noted
    if alarm.rule == "self_harm" and not alarm.is_of_other:
        listens = (
            f"别一个人扛着，{numbers} 现在就能打；叫身边的人过来陪着。",
            f"身边这会儿有人吗？{numbers} 不管几点都能打。",
            "您接着说，我听着。",
        )
        return f"我在听。{noted}{listens[min(alarm.n_told, 2)]}"
    called = f"{numbers} 打了吗？" if numbers else "电话打了吗？"
    asks_where = alarm.wants_place and not place and alarm.rule != "fraud_now"
    goes_on = (
        f"要是还没打 {numbers or '电话'}，请现在就打。",
        f"{called}{'在什么地方？说个小区、路名就行。' if asks_where else ''}",
        "有变化接着跟我说。",
    )
    return f"{noted}{goes_on[min(alarm.n_told, 2)]}"
