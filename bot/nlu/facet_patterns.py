"""Everyday ways to ask for a facet, as patterns; they feed the facet model."""

from __future__ import annotations

import re
from typing import Dict, List, Pattern

PATTERNS: Dict[str, List[Pattern[str]]] = {
    name: [re.compile(p) for p in patterns]
    for name, patterns in {
        "eligibility": [
            r"够不够|够条件|够格|符合|条件|资格|什么人|啥人|谁能|哪些人|算不算|算.{0,4}[吗不]$",
            r"能不能[办领申享报评交上参]|[能可]以?[办领申享报评参].{0,4}[吗不么]",
            r"多大[岁年]|几岁|多少岁|[户籍口].{0,4}行不|有份|轮得?到|给不给|收不收|让不让|还能.{1,4}[吗不]",
        ],
        "materials": [
            r"带[啥什么上]|带.{0,6}(?:证|本|照片|复印)|材料|手续.{0,3}[啥什]|要(?:户口|身份证|啥证|什么证|哪些)",
            r"准备[啥什点哪]|复印|照片|几寸|原件|缺[啥什]|证明.{0,4}[吗不要]|拿[啥什]|哪些东西|用不用.{0,4}(?:证|本|照)|提[供交]",
        ],
        "process": [
            r"咋办|怎么办|咋弄|怎么弄|咋整|怎么[申报领交查转迁改补走认参]|咋[申报领交查转迁改补走认参]|如何",
            r"流程|步骤|程序|先.{0,6}后|第一步|从哪|先找|怎么个|咋个|手续怎么|手续咋|怎么才能|咋才能",
        ],
        "place": [
            r"上哪|去哪|到哪|往哪|在哪|哪个窗口|哪里[办交领打评]|哪办|哪儿|什么地方|啥地方|哪个(?:地方|医院|部门|局|银行)",
            r"几点|上班|开门|周末|星期[六天日]|礼拜[六天日]|地址|社区能[办弄]|街道还是|县里还是|当地还是|老家.{0,4}还是|中午",
        ],
        "time_limit": [
            r"多久|多长时间|多少天|几天|几个?月|多咱|啥时候|什么时候|哪天|几号|何时|几月|截止|过期|期限|有效期|来得及",
            r"多少个?工作日|快的?话|最晚|到期|几年|啥时|还赶得上|晚了|要等",
        ],
        "fee": [
            r"要钱|收费|花钱|工本费|手续费|免费|交钱吗|收.{0,3}钱|费用|掏钱|花多少|要不要.{0,3}钱|贵不贵|报名费",
        ],
        "amount": [
            r"多少钱|给多少|发多少|领多少|补多少|报多少|几[百千块]|标准|额度|能[领拿补报贷]多少|涨|比例|交多少|档次?|多少一[个月年]|贷多少|几成|百分之几",
        ],
        "contact": [
            r"电话|号码|打给谁|找谁|联系|咨询谁|问谁|归谁|哪个人|谁负责|谁管|负责人|微信",
        ],
        "proxy_visit": [
            r"上门|来家|到家里?来|代办|代[领交办]|替.{0,6}[办领交弄跑]|帮.{0,6}[办跑领弄交]|本人.{0,6}[去到来]|必须本人|非得.{0,4}去|委托|去不了|下不了床|动不了|跑不动|行动不便|捎|代为",
        ],
        "progress": [
            r"进度|到哪[了步一]|批了?[没吗]|批下来|下来[没了]|审[核批].{0,4}[没到]|办好了?[没吗]|到账|没到|没[给发打]|还没|没动静|没信|没下文|查一?下|咋还|怎么还|结果|好了没|多久了还",
        ],
        "online": [
            r"网上|手机[上能办弄]|线上|小程序|爱山东|app|APP|公众号|电子[版证社]|扫码|网站|平台|自助机|微信上|支付宝|不会用手机|链接|下载",
        ],
        "policy_basis": [
            r"文件|依据|政策|规定|凭[啥什]|条例|法律|哪条|哪部|红头|根据|第几条|出处|原文|谁规定|合法|法规|有没有说法",
        ],
    }.items()
}


def matched(text: str) -> List[str]:
    """Returns the facets whose patterns a text matches."""
    return [
        name
        for name, patterns in PATTERNS.items()
        if any(pattern.search(text) for pattern in patterns)
    ]


def pattern_grams(text: str) -> List[str]:
    """Returns one feature for each matched pattern, and for matches at the end."""
    tail = text[-14:]
    grams: List[str] = []
    for name, patterns in PATTERNS.items():
        for number, pattern in enumerate(patterns):
            if pattern.search(text):
                grams.append(f"f{name}{number}")
                if pattern.search(tail):
                    grams.append(f"t{name}{number}")
    return grams
