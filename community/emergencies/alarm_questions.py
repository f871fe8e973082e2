"""What is asked after an alarm, and what the body suffers from it.

How long they take, what it costs, what to do meanwhile, whether he will be locked up.
"""

from __future__ import annotations

import re

from community.emergencies.after import After

_WHO = r"(?:我们?|俺们?|咱们?)"
_THREATENED = (
    *("violence_home", "crime"),
    *("matter/domestic_violence", "matter/minor_protection", "matter/family_dispute"),
)
_FUMES = ("gas", "matter/gas_safety", "fire", "matter/fire_access_facility")
_NO_DEATH_WISH = (
    *("medical", "traffic", "gas", "fire", "electric_water", "crime", "violence_home"),
    *("matter/elder_welfare_check", "matter/gas_safety", "matter/food_consumer"),
    *("matter/power_cable_hazard", "matter/traffic_facility", "matter/elevator_fault"),
)
_OF_BODIES = ("medical", "self_harm", "traffic", "matter/elder_welfare_check")
_FOUND_ILL = ("missing",)
_FAINT = r"头[^，。]{0,3}[晕昏疼痛沉]|恶心|想?吐(?!露|出|舌)|迷糊|犯困|站不[住稳]|喘不|发[晕昏]|没劲|胸[闷口]|[直老]?咳嗽|呛"
_FEELS_NO_ILL = r"^(?!.*(?:没|不)(?:头?[晕昏疼痛]|恶心|想?吐|咳|难受|觉|呛))(?!.*[头人][^，。]{0,2}不[晕昏疼痛]).*"
_ILL_OF_IT = re.compile(
    rf"{_FEELS_NO_ILL}(?:{_FAINT}|烫[着伤]|烧[着伤]了?(?:手|脸|胳膊|腿|人|我))"
)
_DAZED = re.compile(
    r"^(?!.*(?:不|没)(?:头?[晕昏]|想?吐|恶心)).*"
    r"(?:头[^，。]{0,2}[晕昏]|^有?点?[晕昏]|[发迷][晕昏糊]|恶心|想?吐(?!露|出|舌)|骨头|[骨折打]断了|看不[见清]|听不见|止不住|"
    r"血[^，。]{0,3}(?:多|不停|一直)|(?:一直|老是|不停)[^，。]{0,3}(?:淌|流)血|(?:胳膊|腿|手|肋|腰)[^，。]{0,3}(?:断|动不了|抬不起)|喘不|肚子[^，。]{0,3}疼)"
)
_MARKS = re.compile(
    r"^(?!.*[吗么？?]$).*(?:脸|眼|嘴|鼻|牙|胳膊|腿|头|手|背|腰|身上|脖子|耳朵|腮|额|肩|屁股)[^，。不没]{0,6}"
    r"(?:青|紫|肿|破|疼|痛|红|包|淤|伤|印)|(?:鼻血|鼻子[^，。]{0,3}血|嘴角[^，。]{0,3}血)|^(?:都|全|就)?(?:青|紫|肿)(?:了|一块)"
)
_FOUND_COLD = re.compile(
    r"(?:找[着到]|回来|在)[^。]*(?:冻|哆嗦|发抖|摔|迷糊|昏|受?伤|不动|没气|起不来|站不)"
)
_WORSE = re.compile(
    r"不吭[声气]|没(?:声|动静|反应|意识|知觉|呼吸|气|心跳)(?:音|儿)?(?:了|$)|没了(?:气|呼吸|心跳)|不(?:动弹?|说话|答应|应)了|叫不[应醒答]|"
    r"(?:更|越来越)(?:厉害|重|大|疼|晕|喘|呛|浓|急|多)|晕过去|昏过去|翻白眼|抽(?:过去|起来|风)|脸[^，。]{0,2}[紫青白]|喘不[上动]"
)
_STEPS = re.compile(
    rf"^(?:那|这|现在|眼下|先|还|接着|{_WHO}|该|能|得|要|可|都|快|到底|光|你说|说|，)*"
    r"(?:(?:[咋怎]么?(?:[办弄整救治](?:才|最)?|处理|搞|按)|(?:[干做弄帮整])(?:点|些|上)?(?:[啥什哪]么?)(?:好|呢)?)(?:[啊呀呢吧好]*)|"
    r"(?:注意|当心|准备)(?:点|些)?[啥什]么?|有[啥什]么?办法)[啊呀呢吧好]*$|"
    rf"(?:^|，)(?:现在|还|这会|{_WHO}|该|能|，)*(?:[干做]点?(?:[啥什]么?)|[咋怎]么?[办弄])[啊呀呢]*$|"
    r"[咋怎]么?(?:劝|哄|救|按|止血|包|包扎|急救)(?:他|她|人|孩子)?[啊呀呢好]*$|说(?:点)?[啥什]么?好$"
)
_LATE = re.compile(
    r"(?:还|咋|怎么|都|也|一直|人|车|没人|，)(?:还|都|也|人)*[没不](?:见)?[来到](?:人|影)?(?:啊|呢|呀|咋办|怎么办|了|$|，)|"
    r"等(?:了)?[^，。]{0,6}(?:半天|老长|好久|老半天|个把)|(?:还|咋)[^，。]{0,3}不来"
)
_WILL_COME = re.compile(
    r"(?:120|救护车|110|警察|119|消防|供电|他们|人家)[^，。]{0,6}(?:来不来|管不管|到不到|来(?:俺|我)|能来|会来|找(?:不|得)[到着]|"
    r"多久|多长时间|多会|几时|(?:啥|什么)时候)|"
    r"(?:^|，)(?:那|人|车|得|要|大概|还|需要|能|等|他们|，)*(?:多久|多长时间|多大会|多会儿?|几时|(?:啥|什么)时候|几分钟|多少分钟|多快)(?:能|才|会)?(?:来|到|有人)(?:人|啊|呢|了)*$|等多(?:久|大会|长)"
)
_FEE = re.compile(
    r"^(?!.*(?:要债|还钱|赔)).*(?:(?:120|110|119|救护车|报警|消防|抢修|打电话|出警|叫车|来)[^，。]{0,4}(?:要钱|收费|收钱|花钱|多少钱|免费)|"
    r"^(?:那|这|还|得|会|，)*(?:要不要钱|要钱[不吗么]|收费[不吗么]|收钱[不吗么]|花钱[不吗么]|得花?钱[不吗么]|多少钱|免费[不吗么]))"
)
_LIVES = re.compile(
    r"(?:会|要|快|得|是)(?:不会|不是)?(?:要|会)?[^，。]{0,2}(?:死|没命|瘫|残)了?(?:[吗么不吧啊呀]|$)|活(?:不|得)?(?:成|了|下来)|"
    r"有没有(?:生命)?危险|挺不?(?:得)?过"
)
_SAVED = re.compile(
    r"还有救|有救[吗么没不]|救(?:得|不)[活回了过]|能(?:不能)?救(?:活|过来|回来)"
)
_DIED = re.compile(
    r"^(?:人|他|她|老人|大爷|大娘|我[爸妈爹娘]|俺[爸妈爹娘]|老头子?|老伴|孩子|，)*(?:已经|都|是|早)*"
    r"(?:没了|咽气了|过世了|去世了|死了|没救过来|没抢救过来)[啊呀]*$"
)
_SEE_DOCTOR = re.compile(
    r"(?:要不要|用不用|需不需要|该不该|去不去|用|要|得|该|需要)[^，。]{0,4}(?:去|上|送|看|拍)?[^，。]{0,2}(?:医院|大夫|医生|急诊|卫生院|片子?)[^，。]{0,3}(?:[吗不么]$|$)"
)
_FRIGHTENED = re.compile(
    r"(?:孩子|娃|小孩|闺女|女儿|儿子?|孙子|孙女|外甥|老人|老伴|[爸妈爹娘奶爷])们?[^，。]{0,4}(?:吓(?!死)|害怕|直哭|哭个不停|哭得|不敢睡|不敢吱声)"
)
_SCARED = re.compile(
    r"^(?:我|俺|咱|好|很|真|有点|可|这|怪|都|快|，)*(?:害怕|怕得慌|怕死了?|吓死(?:我|俺)?了?|吓得慌|慌得很|慌了神|心慌得很)[啊呀了的]*$"
)
_WAITS_A_DAY = re.compile(r"等[^，。]{0,3}(?:24|二十四)个?小时|等[^，。]{0,3}一天")
_PUNISHED = re.compile(
    r"(?:会|能|要|得|可)(?:不会|不能|不要)?[^，。]{0,5}(?:抓|拘|坐牢|判刑?[几不吗么多]|蹲|关起来|关几天|放出来|带走|罚)|"
    r"(?:抓|带走|拘留?|关)(?:他|她|人|起来|进去|走)?[^，。]{0,4}(?:[吗不么]$|几天|多久|多长)|案底|别抓(?:他|她|俺|我)|判(?:他|她)?几年"
)
_LEGAL = re.compile(
    r"判给|归(?:谁|我|俺|他|她)(?![管打骂])|抚养|监护权|告(?:他|她|不告)|起诉|打官司|律师|保护令|告诫书|法院|"
    r"离(?:不|得)[了成]|能离(?:婚|了)?(?:[吗不么]|$)|净身|财产|[要赔]医药费|验伤|伤情鉴定"
)
ASKED_FIRST: tuple[tuple[After, tuple[str, ...], re.Pattern[str]], ...] = (
    (After.ILL, _FUMES, _ILL_OF_IT),
    (After.ILL, _THREATENED, _DAZED),
    (After.ILL, _FOUND_ILL, _FOUND_COLD),
    (After.LEGAL, _THREATENED, _LEGAL),
    (After.HURT, _THREATENED, _MARKS),
    (After.ASKS, ("missing",), _WAITS_A_DAY),
    (After.SCARED, (*_NO_DEATH_WISH, "missing", "fraud_now"), _SCARED),
    (After.LIVES, _NO_DEATH_WISH, _LIVES),
    (After.LIVES, (*_NO_DEATH_WISH, "self_harm"), _SAVED),
    (After.DIED, (*_OF_BODIES, "fire", "gas", "electric_water"), _DIED),
    (After.PUNISHED, (*_THREATENED, "fraud_now", "traffic"), _PUNISHED),
)
"""Asked or said in some dangers only, before anything else is heard."""
ASKED: tuple[tuple[After, re.Pattern[str]], ...] = (
    (After.WILL_COME, _WILL_COME),
    (After.LATE, _LATE),
    (After.FEE, _FEE),
    (After.FRIGHTENED, _FRIGHTENED),
    (After.SEE_DOCTOR, _SEE_DOCTOR),
    (After.STEPS, _STEPS),
    (After.GROWS, _WORSE),
)
"""Asked or said after any alarm."""
