"""The control API below `/sim`: for the page, the command line and other languages."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler

from community.errors import CommunityError
from simulator.actions import attempt_json, exchange_json, perform
from simulator.corp import chat_of
from simulator.faults import Fault
from simulator.media import picture
from simulator.options import DAILY_LIMITS
from simulator.record import EVERYBODY
from simulator.refusals import ApiRefusalError, SimulatorError
from simulator.residents import ResidentState
from simulator.wechat import SimulatedWeChat

LONGEST_WAIT_S = 30.0
MOST_ROWS = 500
SECRET_OPTIONS = frozenset(
    {
        "secret",
        "token",
        "aes_key",
        "corp_secrets",
        "corp_token",
        "corp_aes_key",
        "robots",
    }
)


def _json(values: Any, status: int = 200) -> web.Response:
    text = json.dumps(values, ensure_ascii=False)
    return web.Response(text=text, content_type="application/json", status=status)


def _told(handler: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> Handler:
    """Turns mistakes of the caller into 400 with a sentence."""

    async def handle(request: web.Request) -> web.StreamResponse:
        try:
            return await handler(request)
        except (CommunityError, ValueError, TypeError, KeyError) as err:
            return _json({"detail": str(err) or repr(err)}, 400)

    return handle


CHANGEABLE = frozenset(
    {"name", "is_blacklisted", "blocks_templates", "is_snapshot", "is_follower"}
)


class Control:
    """Handlers of the control API."""

    def __init__(self, wechat: SimulatedWeChat) -> None:
        """Takes the simulator."""
        self._wechat = wechat

    def add_routes(self, router: web.UrlDispatcher) -> None:
        """Adds every path."""
        routes: list[
            tuple[str, str, Callable[[web.Request], Awaitable[web.Response]]]
        ] = [
            ("GET", "state", self.state),
            ("GET", "changes", self.changes),
            ("POST", "residents/{openid}/do", self.act),
            ("PATCH", "residents/{openid}", self.change_resident),
            ("GET", "residents/{openid}/chat", self.chat),
            ("POST", "members/{userid}/click", self.click),
            ("POST", "members/{userid}/say", self.member_says),
            ("GET", "members/{userid}/chat", self.member_chat),
            ("POST", "clock", self.advance),
            ("POST", "faults", self.add_fault),
            ("DELETE", "faults", self.clear_faults),
            ("PATCH", "options", self.change_options),
            ("POST", "verify", self.verify),
            ("GET", "record", self.record),
            ("GET", "qr.png", self.scene_picture),
            ("GET", "media/{media_id}", self.medium),
            ("DELETE", "record", self.clear),
        ]
        for method, path, handler in routes:
            router.add_route(method, f"/sim/{path}", _told(handler))

    # -- looking --

    async def state(self, request: web.Request) -> web.Response:
        """Tells clock, options, people, menu and open failures."""
        wechat = self._wechat
        shown = {
            "mode": wechat.options.mode.value,
            "document": wechat.options.document,
            "webhook": wechat.options.webhook,
            "corp_webhook": wechat.options.corp_webhook,
            "app_id": wechat.options.app_id,
            "corp_id": wechat.options.corp_id,
            "reply_timeout_s": wechat.options.reply_timeout_s,
            "overlap_rate": wechat.options.overlap_rate,
            "duplicate_rate": wechat.options.duplicate_rate,
        }
        return _json(
            {
                "now": wechat.clock.now().isoformat(),
                "seq": wechat.record.seq,
                "options": shown,
                "menu": wechat.official.menu,
                "residents": [
                    self._resident(r) for r in wechat.official.residents.values()
                ],
                "members": [
                    {"userid": m.userid, "name": m.name} for m in wechat.corp.members()
                ],
                "faults": len(wechat.faults.orders),
                "n_errors": len(wechat.errors),
            }
        )

    def _resident(self, resident: ResidentState) -> dict[str, Any]:
        now = self._wechat.clock.now()
        return {
            "openid": resident.openid,
            "name": resident.name,
            "is_follower": resident.is_follower,
            "is_blacklisted": resident.is_blacklisted,
            "is_snapshot": resident.is_snapshot,
            "is_typing_shown": resident.is_typing_shown(now),
            "quota_left": resident.quota.left(now),
            "scene": resident.scene,
        }

    async def changes(self, request: web.Request) -> web.Response:
        """Waits for bubbles after a number, new or changed ones."""
        after = int(request.query.get("after", "0"))
        wait_s = min(float(request.query.get("wait_s", "20")), LONGEST_WAIT_S)
        record = self._wechat.record
        await record.wait(EVERYBODY, lambda: record.seq > after, wait_s)
        bubbles = [
            b.as_json()
            for b in record.bubbles
            if b.seq > after or b.data.get("version", 0) > after
        ]
        return _json({"seq": record.seq, "bubbles": bubbles[-MOST_ROWS:]})

    async def chat(self, request: web.Request) -> web.Response:
        """Returns a resident's chat, optionally waiting for something new."""
        return await self._chat(request, request.match_info["openid"])

    async def member_chat(self, request: web.Request) -> web.Response:
        """Returns a member's chat, likewise."""
        return await self._chat(request, chat_of(request.match_info["userid"]))

    async def _chat(self, request: web.Request, person: str) -> web.Response:
        after = int(request.query.get("after", "0"))
        wait_s = min(float(request.query.get("wait_s", "0")), LONGEST_WAIT_S)
        record = self._wechat.record
        if wait_s > 0:
            await record.wait(
                person, lambda: bool(record.chat(person, after=after)), wait_s
            )
        return _json([b.as_json() for b in record.chat(person, after=after)])

    async def record(self, request: web.Request) -> web.Response:
        """Returns deliveries, errors and API calls, newest last."""
        person = request.query.get("person", "")
        record = self._wechat.record
        limit = min(int(request.query.get("limit", str(MOST_ROWS))), 100_000)

        def rows(entries: Any) -> list[dict[str, Any]]:
            chosen = [e for e in entries if not person or e.person == person]
            return [entry.as_json() for entry in chosen[-limit:]]

        return _json(
            {
                "deliveries": rows(record.deliveries),
                "errors": rows(record.complaints),
                "calls": rows(record.calls),
            }
        )

    async def medium(self, request: web.Request) -> web.Response:
        """Returns a file that somebody sent."""
        try:
            found = self._wechat.official.media.get(request.match_info["media_id"])
        except ApiRefusalError as err:
            raise web.HTTPNotFound from err
        headers = {"X-Content-Type-Options": "nosniff"}
        return web.Response(
            body=found.data, content_type=found.media_type, headers=headers
        )

    async def scene_picture(self, request: web.Request) -> web.Response:
        """Draws the code of a scene, to look at."""
        code = self._wechat.official.codes.for_scene(request.query["scene"])
        return web.Response(body=picture(code.url), content_type="image/png")

    # -- doing --

    async def act(self, request: web.Request) -> web.Response:
        """Does one thing as a resident and tells what came of it at once."""
        resident = self._wechat.resident(request.match_info["openid"])
        return _json(exchange_json(await perform(resident, await _body(request))))

    async def change_resident(self, request: web.Request) -> web.Response:
        """Changes name, what is blocked, snapshot mode; makes the resident if new.

        `is_follower` is for new residents: following and leaving are actions.
        """
        resident = self._wechat.official.resident(request.match_info["openid"])
        for name, value in (await _body(request)).items():
            if name not in CHANGEABLE:
                raise SimulatorError(f"{name} cannot be changed")
            setattr(resident, name, value)
            if name == "is_follower":
                resident.was_follower = bool(value)
        self._wechat.record.stir(resident.openid)
        return _json(self._resident(resident))

    async def click(self, request: web.Request) -> web.Response:
        """Taps a card's button as a member: `{seq, key, selected?}`."""
        values = await _body(request)
        member = self._wechat.member(request.match_info["userid"])
        attempt = await member.click(
            int(values["seq"]),
            str(values["key"]),
            values.get("selected"),
        )
        return _json(attempt_json(attempt))

    async def member_says(self, request: web.Request) -> web.Response:
        """Writes to the app as a member: `{text}`."""
        member = self._wechat.member(request.match_info["userid"])
        text = str((await _body(request))["text"])
        return _json(attempt_json(await member.say(text)))

    async def advance(self, request: web.Request) -> web.Response:
        """Lets time pass: `{advance_s}`."""
        self._wechat.clock.advance(float((await _body(request))["advance_s"]))
        return _json({"now": self._wechat.clock.now().isoformat()})

    async def add_fault(self, request: web.Request) -> web.Response:
        """Orders a failure of the next calls; see `simulator.faults.Fault`."""
        self._wechat.faults.orders.append(Fault.from_json(await _body(request)))
        return _json({"faults": len(self._wechat.faults.orders)})

    async def clear_faults(self, request: web.Request) -> web.Response:
        """Cancels all ordered failures."""
        self._wechat.faults.clear()
        return _json({"faults": 0})

    async def change_options(self, request: web.Request) -> web.Response:
        """Changes options while running; `daily_limits` are merged."""
        values = await _body(request)
        if isinstance(values.get("daily_limits"), dict):
            values["daily_limits"] = {**DAILY_LIMITS, **values["daily_limits"]}
        self._wechat.options.change(values)
        return _json(
            {name: values[name] for name in values if name not in SECRET_OPTIONS}
        )

    async def verify(self, request: web.Request) -> web.Response:
        """Asks both webhooks to prove themselves, as the consoles do."""
        return _json(
            {
                "wechat": await self._wechat.official.verify_webhook(),
                "wecom": await self._wechat.corp.verify_webhook(),
            }
        )

    async def clear(self, request: web.Request) -> web.Response:
        """Forgets chats, deliveries, errors and calls; people stay."""
        self._wechat.record.clear()
        return _json({"seq": self._wechat.record.seq})


async def _body(request: web.Request) -> dict[str, Any]:
    found = await request.json() if request.can_read_body else {}
    if not isinstance(found, dict):
        raise SimulatorError("the body must be a JSON object")
    return found
