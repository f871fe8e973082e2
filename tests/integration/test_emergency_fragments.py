"""The trained model on messages of a few letters."""

import pytest
from rasa.core.agent import Agent
from rasa.core.channels.channel import UserMessage

from tests.unit.community.test_emergency_short import CRIES, PIECES

TOLD_CALMLY = (
    *("左边胳膊不大听使唤", "嘴也有点歪 喝水往下流", "俺们烧炉子 俺老伴说头疼恶心"),
    *("早上起来全家都头疼", "俺孙子把药当糖吃了一把", "插座发烫 有焦味"),
    *("房子响 裂了好大的缝", "电瓶车充着电鼓包了", "做饭忘关火 锅都烧干了"),
    *(
        "他不吃不喝好几天了 也不说话",
        "水漫到膝盖了",
        "孩子抽抽了",
        "俺爹在房顶上不下来",
    ),
    *("小孩头卡栏杆里了", "他买了安眠药", "说话说不清楚了 刚才还好好的"),
)


async def emergency_in(agent: Agent, text: str) -> str | None:
    """Returns the rule that a parse names."""
    parsed = await agent.processor.parse_message(UserMessage(text=text))
    return parsed.get("emergency")


@pytest.mark.parametrize("text", [*CRIES, *TOLD_CALMLY])
async def test_a_danger_is_heard(agent: Agent, text: str) -> None:
    assert await emergency_in(agent, text) is not None


@pytest.mark.parametrize("text", PIECES)
async def test_a_piece_of_talk_is_no_danger(agent: Agent, text: str) -> None:
    assert await emergency_in(agent, text) is None
