"""Generated names, numbers and accounts: no answer holds one for who may not know it."""

import asyncio
import os
import secrets
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from desk.routes import all_endpoints
from tests.integration.desk.conftest import STAFF, Desk
from tests.integration.desk.test_every_endpoint import call

N_EXAMPLES = int(os.environ.get("LEAK_EXAMPLES", "5"))
"""More of them, for whoever has changed what is shown: `LEAK_EXAMPLES=200`."""
CHINESE = str.maketrans("0123456789", "零一二三四五六七八九")
NAMES = st.builds(
    "".join,
    st.tuples(
        st.sampled_from("王李张刘陈杨赵黄周吴徐孙马朱胡郭何林高罗"),
        # Characters that stand in no other answer.
        st.text("铄琰翀骞昱珩", min_size=1, max_size=2),
    ),
)
PHONES = st.from_regex(r"\A1[3-9][0-9]{9}\Z")
SPELLINGS = (
    lambda phone: phone,
    lambda phone: f"{phone[:3]} {phone[3:7]} {phone[7:]}",
    lambda phone: f"{phone[:3]}-{phone[3:7]}-{phone[7:]}",
    lambda phone: phone.translate(CHINESE),
)
PHRASES = (
    "我叫{name}，楼道堆了旧沙发，打{phone}",
    "姓名：{name}，手机{phone}，快来清",
    "俺是{name}，电话{phone}，下午在家",
    "联系我{phone}，我是{name}",
)
SECRETS = st.fixed_dictionaries(
    {
        "name": NAMES,
        "phone": PHONES,
        "spelling": st.sampled_from(SPELLINGS),
        "phrase": st.sampled_from(PHRASES),
        "openid": st.from_regex(r"\Ao[A-Za-z0-9_-]{27}\Z"),
    }
)
READS = [
    endpoint
    for endpoint in all_endpoints()
    if endpoint.method == "GET" and endpoint.tag != "session"
]


@pytest.mark.timeout(600)
async def test_no_answer_holds_what_its_reader_may_not_know(desk: Desk) -> None:
    callers = {who: await desk.as_(who) for who in sorted(STAFF)}
    loop = asyncio.get_running_loop()

    async def look(secret: dict[str, Any]) -> None:
        spelt = secret["spelling"](secret["phone"])
        told = secret["phrase"].format(name=secret["name"], phone=spelt)
        number = await plant(desk, secret, told, spelt)
        leaks = (secret["name"], secret["phone"], spelt, secret["openid"])
        for who, caller in callers.items():
            for endpoint in READS:
                answer = await call(caller, endpoint, number, number)
                found = [leak for leak in leaks if leak in answer.text]
                assert not found, (who, endpoint.path, found)

    @settings(
        max_examples=N_EXAMPLES,
        deadline=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(SECRETS)
    def every_secret(secret: dict[str, Any]) -> None:
        asyncio.run_coroutine_threadsafe(look(secret), loop).result()

    await asyncio.to_thread(every_secret)


async def plant(desk: Desk, secret: dict[str, Any], told: str, spelt: str) -> str:
    """Files a ticket that has the secret wherever a resident can put it."""
    tickets, now = desk.services.tickets, desk.clock()
    who = f"wechat:{secret['openid']}"
    number = await desk.file(
        conversation=who,
        description=told,
        since=told,
        contact=f"{secret['name']} {spelt}",
    )
    await tickets.remark(
        number, who, text=told, photos=(), key=secrets.token_hex(8), now=now
    )
    neighbour = f"{who}n"
    await tickets.join(number, neighbour, key=secrets.token_hex(8), now=now)
    return number
