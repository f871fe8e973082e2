"""The calls of the Official Account's API, beside messages and notices."""

import secrets
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from aiohttp import web

from simulator.api import Answer, ApiCall, Endpoint
from simulator.customer_service import CustomerService
from simulator.media import Medium, picture
from simulator.menus import check_menu
from simulator.notices import Notices
from simulator.official import OfficialAccount
from simulator.refusals import ApiRefusalError

TICKET_LIFE = timedelta(seconds=7200)
CLEARINGS_A_MONTH = 10
OK: dict[str, Any] = {"errcode": 0, "errmsg": "ok"}


class OfficialApi:
    """Handlers of one account."""

    def __init__(self, account: OfficialAccount) -> None:
        """Takes the account."""
        self._account = account
        self._cleared: list[str] = []

    def endpoints(self) -> list[Endpoint]:
        """Returns every call but the upload, which both platforms share."""
        service, notices = CustomerService(self._account), Notices(self._account)
        table: list[tuple[str, str, Callable[[ApiCall], Any]]] = [
            ("POST", "message/custom/send", service.send),
            ("POST", "message/custom/typing", service.typing),
            ("POST", "message/template/send", notices.send_template),
            ("POST", "message/subscribe/bizsend", notices.send_subscription),
            ("POST", "menu/create", self.create_menu),
            ("GET", "menu/get", self.get_menu),
            ("GET", "menu/delete", self.delete_menu),
            ("GET", "get_current_selfmenu_info", self.current_menu),
            ("POST", "qrcode/create", self.create_qr),
            ("GET", "user/info", self.user_info),
            ("GET", "user/get", self.followers),
            ("GET", "ticket/getticket", self.jsapi_ticket),
            ("GET", "media/get/jssdk", self.get_media),
            ("POST", "clear_quota", self.clear_quota),
        ]
        found = [
            Endpoint(method, f"/cgi-bin/{name}", handler, name)
            for method, name, handler in table
        ]
        free: list[tuple[str, str, Callable[[ApiCall], Any]]] = [
            ("GET", "/cgi-bin/token", self.token),
            ("POST", "/cgi-bin/stable_token", self.stable_token),
            ("GET", "/sns/oauth2/access_token", self.redeem_code),
            ("GET", "/sns/userinfo", self.page_user),
        ]
        return found + [
            Endpoint(
                method, path, handler, path.removeprefix("/cgi-bin/").lstrip("/"), False
            )
            for method, path, handler in free
        ]

    # -- tokens --

    def _check_credentials(self, app_id: object, secret: object) -> None:
        if app_id != self._account.options.app_id:
            raise ApiRefusalError(40013)
        if secret != self._account.options.secret:
            raise ApiRefusalError(40125)

    async def token(self, call: ApiCall) -> Answer:
        """Issues a classic token; the former one ends within five minutes."""
        query = call.request.query
        if query.get("grant_type") != "client_credential":
            raise ApiRefusalError(40002, message="invalid grant_type")
        self._check_credentials(query.get("appid"), query.get("secret"))
        token, expires_s = self._account.tokens.classic(self._account.clock.now())
        return {"access_token": token, "expires_in": expires_s}

    async def stable_token(self, call: ApiCall) -> Answer:
        """Returns the stable token."""
        values = call.values()
        if values.get("grant_type") != "client_credential":
            raise ApiRefusalError(40002, message="invalid grant_type")
        self._check_credentials(values.get("appid"), values.get("secret"))
        token, expires_s = self._account.tokens.stable(
            self._account.clock.now(), force_refresh=values.get("force_refresh") is True
        )
        return {"access_token": token, "expires_in": expires_s}

    async def clear_quota(self, call: ApiCall) -> Answer:
        """Starts the daily numbers again, ten times a month."""
        if call.values().get("appid") != self._account.options.app_id:
            raise ApiRefusalError(40013)
        month = self._account.clock.now().strftime("%Y-%m")
        if self._cleared.count(month) >= CLEARINGS_A_MONTH:
            raise ApiRefusalError(48006)
        self._cleared.append(month)
        self._account.clear_counts()
        return OK

    # -- menu --

    async def create_menu(self, call: ApiCall) -> Answer:
        """Replaces the menu."""
        self._account.menu = check_menu(call.values())
        return OK

    async def get_menu(self, call: ApiCall) -> Answer:
        """Returns the menu as it was made."""
        if self._account.menu is None:
            raise ApiRefusalError(46003)
        return {"menu": {"button": self._account.menu}}

    async def delete_menu(self, call: ApiCall) -> Answer:
        """Deletes the menu."""
        self._account.menu = None
        return OK

    async def current_menu(self, call: ApiCall) -> Answer:
        """Returns the menu as phones show it."""
        menu = self._account.menu
        if menu is None:
            return {"is_menu_open": 0}
        buttons = [
            {**button, "sub_button": {"list": button["sub_button"]}} for button in menu
        ]
        return {"is_menu_open": 1, "selfmenu_info": {"button": buttons}}

    # -- people --

    async def user_info(self, call: ApiCall) -> Answer:
        """Returns what is left of a follower's profile since 2021."""
        resident = self._account.known(call.request.query.get("openid"))
        if not resident.is_follower:
            return {"subscribe": 0, "openid": resident.openid}
        since = resident.subscribed_at or self._account.clock.now()
        is_number = resident.scene.isdigit()
        return {
            "subscribe": 1,
            "openid": resident.openid,
            "language": "zh_CN",
            "subscribe_time": int(since.timestamp()),
            "remark": "",
            "groupid": 0,
            "tagid_list": [],
            "subscribe_scene": resident.subscribe_scene,
            "qr_scene": int(resident.scene) if is_number else 0,
            "qr_scene_str": "" if is_number else resident.scene,
        }

    async def followers(self, call: ApiCall) -> Answer:
        """Returns the openids of all followers."""
        openids = [p.openid for p in self._account.residents.values() if p.is_follower]
        last = openids[-1] if openids else ""
        count = len(openids)
        data = {"openid": openids}
        return {"total": count, "count": count, "data": data, "next_openid": last}

    # -- codes, tickets, files --

    async def create_qr(self, call: ApiCall) -> Answer:
        """Makes a code that leads to the account with a scene."""
        return self._account.codes.create(call.values())

    async def show_qr(self, request: web.Request) -> web.Response:
        """Returns the picture of a code; needs no token."""
        code = self._account.codes.find(request.query.get("ticket", ""))
        if code is None:
            raise web.HTTPNotFound
        return web.Response(body=picture(code.url), content_type="image/jpg")

    async def jsapi_ticket(self, call: ApiCall) -> Answer:
        """Returns the ticket for signatures of pages."""
        if call.request.query.get("type") != "jsapi":
            raise ApiRefusalError(40097, message="invalid args")
        now, found = self._account.clock.now(), self._account.ticket
        if found is None or now >= found[1]:
            found = self._account.ticket = (
                secrets.token_urlsafe(64),
                now + TICKET_LIFE,
            )
        expires_s = int((found[1] - now).total_seconds())
        return {**OK, "ticket": found[0], "expires_in": expires_s}

    async def get_media(self, call: ApiCall) -> Answer:
        """Returns a file, or JSON for a video."""
        media_id = call.request.query.get("media_id", "")
        if not media_id:
            raise ApiRefusalError(41006)
        medium = self._account.media.get(media_id)
        if medium.kind == "video":
            base = f"{call.request.scheme}://{call.request.host}"
            return {"video_url": f"{base}/sim/media/{medium.media_id}"}
        return file_response(medium)

    # -- web sign-in --

    async def redeem_code(self, call: ApiCall) -> Answer:
        """Tells who came back with a code."""
        query = call.request.query
        self._check_credentials(query.get("appid"), query.get("secret"))
        code = self._account.sign_ins.redeem(query.get("code", ""))
        answer = {
            "access_token": self._account.sign_ins.token_for(code),
            "expires_in": 7200,
            "refresh_token": secrets.token_urlsafe(64),
            "openid": code.person,
            "scope": code.scope,
        }
        if self._account.resident(code.person).is_snapshot:
            answer["is_snapshotuser"] = 1
        return answer

    async def page_user(self, call: ApiCall) -> Answer:
        """Returns a profile to a page that asked for it."""
        code = self._account.sign_ins.person_of(call.token)
        if code.scope != "snsapi_userinfo":
            raise ApiRefusalError(48001)
        name = self._account.resident(code.person).name or "微信用户"
        return {
            "openid": code.person,
            "nickname": name,
            "headimgurl": "",
            "privilege": [],
        }


def file_response(medium: Medium) -> web.Response:
    """Returns a file as the platform sends it."""
    extension = medium.media_type.partition("/")[2]
    return web.Response(
        body=medium.data,
        content_type=medium.media_type,
        headers={
            "Content-Disposition": f'attachment; filename="{medium.media_id}.{extension}"'
        },
    )
