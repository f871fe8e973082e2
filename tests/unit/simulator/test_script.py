"""The command line and the control API behind it."""

import asyncio
import json
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from community.errors import ConfigurationError
from simulator.__main__ import parser
from simulator.client import SimulatorClient
from simulator.options import Mode, Options
from simulator.refusals import SimulatorError
from simulator.script import (
    RecordingError,
    action_of,
    read_recording,
    replay,
    send,
    steps,
)
from simulator.wechat import SimulatedWeChat
from tests.unit.simulator.conftest import Call
from tests.unit.simulator.webhook import Webhook, text_reply


async def sent(wechat: SimulatedWeChat, *words: str) -> tuple[int, list[Any]]:
    lines: list[Any] = []
    arguments = parser().parse_args(["send", "--openid", "o1", "--wait", "0.4", *words])
    return await send(wechat.url, arguments, lines.append), lines


async def test_send_prints_what_is_seen_in_order(
    wechat: SimulatedWeChat, webhook: Webhook
) -> None:
    webhook.respond = lambda m: text_reply(m, "您好")
    code, lines = await sent(wechat, "你好")
    assert code == 0
    assert [(line["side"], line["text"]) for line in lines] == [
        ("person", "你好"),
        ("account", "您好"),
    ]
    assert json.dumps(lines)


async def test_send_waits_for_a_late_message(
    wechat: SimulatedWeChat, call: Call
) -> None:
    async def late() -> None:
        await asyncio.sleep(0.2)
        body = {"touser": "o1", "msgtype": "text", "text": {"content": "来晚了"}}
        await call("POST", "message/custom/send", body)

    work = asyncio.ensure_future(late())
    code, lines = await sent(wechat, "你好")
    await work
    assert code == 0
    assert lines[-1]["text"] == "来晚了"


async def test_exit_codes_tell_error_bubbles_and_silence(
    wechat: SimulatedWeChat, webhook: Webhook
) -> None:
    assert (await sent(wechat, "你好"))[0] == 2
    assert (await sent(wechat, "--unfollow"))[0] == 0
    webhook.respond = lambda m: "<xml>"
    assert (await sent(wechat, "--follow"))[0] == 1
    webhook.respond = lambda m: text_reply(m, "看 <a>这里")
    assert (await sent(wechat, "你好"))[0] == 1
    arguments = parser().parse_args(["send", "--openid", "o1", "x"])
    with pytest.raises(SimulatorError, match="no simulator"):
        await send("http://127.0.0.1:9", arguments, print)


async def test_every_option_of_send_is_an_action(tmp_path: Path) -> None:
    photo = tmp_path / "p.png"
    photo.write_bytes(b"png")

    def action(*words: str) -> dict[str, Any]:
        return action_of(parser().parse_args(["send", "--openid", "o", *words]))

    assert action("--image", str(photo))["media_type"] == "image/png"
    assert action("--voice", str(photo))["base64"] == "cG5n"
    assert action("--location", "35.1,118.8", "小区")["label"] == "小区"
    assert action("--click", "k") == {"do": "click", "key": "k"}
    assert action("--scan", "grid:1") == {"do": "scan", "scene": "grid:1"}
    assert action("--follow") == {"do": "follow"}
    for wrong in (["--location", "here"], [], ["--image", "/nowhere/x.png"]):
        with pytest.raises(SimulatorError):
            action(*wrong)


async def test_a_recording_is_replayed_and_differences_are_found(
    wechat: SimulatedWeChat, webhook: Webhook, tmp_path: Path
) -> None:
    webhook.respond = lambda m: text_reply(m, f"收到{m.content}")
    _, lines = await sent(wechat, "路灯坏了")
    file = tmp_path / "one.jsonl"
    file.write_text("# 一段对话\n" + "\n".join(map(json.dumps, lines)) + "\n")
    assert await replay(wechat.url, file, 0.4, lambda _: None) == []
    rows = [
        {"do": "say", "openid": "o2", "text": "停水"},
        {"side": "account", "contains": "停水"},
        {"do": "say", "openid": "o2", "text": "停电"},
        {"side": "account", "matches": "^收到.电$"},
        {"do": "say", "openid": "o2", "text": "漏气"},
        {"side": "account", "text": "请打 119"},
        {"side": "account", "text": "第二条"},
    ]
    file.write_text("\n".join(map(json.dumps, rows)))
    problems = await replay(wechat.url, file, 0.4, lambda _: None)
    assert len(problems) == 2
    assert "line 6" in problems[0]
    assert "nothing more" in problems[1]
    webhook.respond = lambda m: "<xml>"
    file.write_text('{"do": "say", "text": "你好"}')
    [problem] = await replay(wechat.url, file, 0.4, lambda _: None)
    assert "error bubble: malformed" in problem


@pytest.mark.parametrize(
    "line", ["{", "[]", '{"text": "x"}', '{"side": "person", "kind": "image"}']
)
async def test_broken_recordings_name_their_line(tmp_path: Path, line: str) -> None:
    file = tmp_path / "x.jsonl"
    file.write_text(line)
    with pytest.raises(RecordingError, match="1"):
        steps(read_recording(file))


async def test_the_control_api(wechat: SimulatedWeChat, webhook: Webhook) -> None:
    async with SimulatorClient(wechat.url) as client:
        await client.perform("o 1/二", {"do": "say", "text": "你好"})
        state = await client.call("GET", "state")
        assert state["residents"][0]["openid"] == "o 1/二"
        assert (await client.call("POST", "verify", {})) == {
            "wechat": True,
            "wecom": True,
        }
        await client.call("POST", "clock", {"advance_s": 60})
        await client.call("POST", "faults", {"kind": "lost", "api": "custom"})
        assert (await client.call("GET", "state"))["faults"] == 1
        await client.call("DELETE", "faults")
        await client.call("PATCH", "options", {"mode": "plaintext", "robots": ["k"]})
        assert wechat.options.mode is Mode.PLAINTEXT
        await client.call("PATCH", "residents/o3", {"name": "李", "is_follower": False})
        record = await client.call("GET", "record", None, person="o 1/二")
        assert len(record["deliveries"]) == 1
        await client.call("POST", "members/zhang/say", {"text": "在"})
        assert len(await client.call("GET", "members/zhang/chat")) == 1
        await client.call("DELETE", "record")
        assert wechat.record.bubbles == []
        for method, path, body in (
            ("POST", "residents/o3/do", {"do": "say", "text": "x"}),
            ("POST", "residents/o1/do", {"do": "dance"}),
            ("POST", "residents/o1/do", {"do": "click"}),
            ("POST", "members/zhang/click", {"seq": 9, "key": "x"}),
            ("POST", "clock", {"advance_s": -1}),
            ("POST", "faults", {"kind": "dance"}),
            ("PATCH", "options", {"nonsense": 1}),
            ("PATCH", "residents/o3", {"openid": "o4"}),
        ):
            with pytest.raises(SimulatorError):
                await client.call(method, path, body)


async def test_pictures_of_codes_and_files(
    wechat: SimulatedWeChat, session: aiohttp.ClientSession
) -> None:
    exchange = await wechat.resident("o1").image(b"jpg")
    media_id = exchange.push.fields["MediaId"]
    async with session.get(f"{wechat.url}/sim/media/{media_id}") as answer:
        assert await answer.read() == b"jpg"
    async with session.get(f"{wechat.url}/sim/qr.png?scene=grid:1") as answer:
        assert (await answer.read()).startswith(b"\x89PNG")
    ticket = wechat.official.codes.for_scene("grid:1").ticket
    async with session.get(
        f"{wechat.url}/cgi-bin/showqrcode", params={"ticket": ticket}
    ) as answer:
        assert answer.status == 200
    async with session.get(f"{wechat.url}/cgi-bin/showqrcode?ticket=x") as answer:
        assert answer.status == 404


def test_options_come_from_the_channels_environment(tmp_path: Path) -> None:
    members = tmp_path / "members.json"
    rows = '[{"userid": "zhang", "name": "张三"}]'
    members.write_text(rows, encoding="utf-8")
    options = Options.from_env(
        {
            "WECHAT_APPID": "wx9",
            "WECOM_AGENTID": "7",
            "WECOM_SECRET": "s",
            "GATEWAY_PORT": "9000",
            "SIMULATOR_MEMBERS": str(members),
            "SIMULATOR_NAMES": str(members),
            "SIMULATOR_MODE": "compatible",
        }
    )
    assert (options.app_id, options.agent_id, options.corp_secrets) == (
        "wx9",
        7,
        ("s",),
    )
    assert options.webhook == "http://127.0.0.1:9000/wechat"
    assert options.members == options.names == {"zhang": "张三"}
    assert options.mode is Mode.COMPATIBLE


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("SIMULATOR_MODE", "open"),
        ("SIMULATOR_FORMAT", "yaml"),
        ("SIMULATOR_PORT", "x"),
        ("SIMULATOR_PORT", "70000"),
        ("SIMULATOR_MEMBERS", "/nowhere.json"),
        ("SIMULATOR_NAMES", "/nowhere.json"),
        ("WECOM_AGENTID", "x"),
    ],
)
def test_wrong_settings_name_their_variable(variable: str, value: str) -> None:
    with pytest.raises(ConfigurationError, match=variable):
        Options.from_env({variable: value})
