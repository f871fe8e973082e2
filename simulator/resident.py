"""A resident with the account open on the phone."""

from collections.abc import Callable
from typing import Any

from simulator.media import PICTURE
from simulator.notices import subscription_event
from simulator.official import Exchange, OfficialAccount
from simulator.pushes import Push, pictures_info, place_info, text_fields
from simulator.quota import Trigger
from simulator.record import Bubble, Side
from simulator.refusals import SimulatorError
from simulator.residents import ResidentState
from simulator.texts import Link

UNSUPPORTED = "【收到不支持的消息类型，暂无法显示】"
WAIT_MENU = frozenset({"scancode_push", "scancode_waitmsg"})
PICTURE_MENU = frozenset({"pic_sysphoto", "pic_photo_or_album", "pic_weixin"})
PLACE_MENU = "location_select"
HERE = (35.1756, 118.8351, "莒南县")
"""Where a resident is who chooses nothing on the map."""


class Resident:
    """What one person does and sees; each method waits for the webhook's answer."""

    def __init__(self, account: OfficialAccount, openid: str) -> None:
        """Makes sure that the person exists."""
        self._account = account
        self.openid = openid
        account.resident(openid)

    @property
    def state(self) -> ResidentState:
        """What WeChat knows of them."""
        return self._account.resident(self.openid)

    @property
    def chat(self) -> list[Bubble]:
        """All bubbles in order."""
        return self._account.record.chat(self.openid)

    async def wait_for(
        self,
        found: Callable[[Bubble], bool],
        *,
        timeout_s: float = 10.0,
        after: int = 0,
    ) -> Bubble:
        """Waits for a bubble of the account.

        Raises:
            SimulatorError: There was none in time.
        """

        def first() -> Bubble | None:
            chat = self._account.record.chat(self.openid, after=after)
            return next(
                (b for b in chat if b.side is not Side.PERSON and found(b)), None
            )

        await self._account.record.wait(
            self.openid, lambda: first() is not None, timeout_s
        )
        bubble = first()
        if bubble is None:
            raise SimulatorError(f"no such bubble within {timeout_s} s")
        return bubble

    def _check_follows(self) -> None:
        if not self.state.is_follower:
            raise SimulatorError(f"{self.openid} does not follow the account")

    async def _message(
        self,
        kind: str,
        shown: str,
        fields: dict[str, Any],
        *,
        data: dict[str, Any] | None = None,
        trigger: Trigger = Trigger.MESSAGE,
    ) -> Exchange:
        self._check_follows()
        now = self._account.clock.now()
        self.state.interact(trigger, now)
        push = self._account.builder.message(self.openid, kind, now, **fields)
        self._account.show_own(push, kind, shown, data)
        return await self._account.push(push)

    async def _event(
        self,
        event: str,
        shown: str,
        trigger: Trigger | None = None,
        **fields: Any,
    ) -> Exchange:
        now = self._account.clock.now()
        self.state.interact(trigger, now)
        push = self._account.builder.event(self.openid, event, now, **fields)
        if shown:
            self._account.show_own(push, event.lower(), shown)
        return await self._account.push(push)

    async def say(self, text: str, *, menu_id: str = "") -> Exchange:
        """Sends a text; with `menu_id` as a tapped quick reply."""
        trigger = self._account.trigger_of_tap() if menu_id else Trigger.MESSAGE
        fields = text_fields(text, menu_id)
        return await self._message("text", text, fields, trigger=trigger)

    async def tap(self, bubble: Bubble, title: str) -> Exchange:
        """Taps a quick reply in a bubble by its title.

        Raises:
            SimulatorError: The bubble has none of that title.
        """
        links = bubble.data.get("links") or bubble.data.get("segments", [])
        for link in links:
            if link["title"] == title and link.get("says"):
                return await self.say(link["says"], menu_id=link["menu_id"])
        raise SimulatorError(f"no quick reply {title!r} in the bubble")

    async def image(self, data: bytes, media_type: str = "image/jpeg") -> Exchange:
        """Sends a picture."""
        medium = self._account.media.put(data, "image", media_type, is_uploaded=False)
        url = f"http://{self._account.options.host}:{self._account.options.port}"
        fields = {
            "PicUrl": f"{url}/sim/media/{medium.media_id}",
            "MediaId": medium.media_id,
        }
        shown = {"media_id": medium.media_id}
        return await self._message("image", "[图片]", fields, data=shown)

    async def voice(self, data: bytes, *, recognition: str | None = None) -> Exchange:
        """Sends a recording; today's WeChat recognises nothing."""
        low = self._account.media.put(data, "voice", "audio/amr", is_uploaded=False)
        high = self._account.media.put(data, "voice", "audio/amr", is_uploaded=False)
        fields = {"MediaId": low.media_id, "Format": "amr"}
        if recognition is not None:
            fields["Recognition"] = recognition
        fields["MediaId16K"] = high.media_id
        shown = {"media_id": low.media_id}
        return await self._message("voice", "[语音]", fields, data=shown)

    async def video(self, data: bytes, *, is_short: bool = False) -> Exchange:
        """Sends a film."""
        put = self._account.media.put
        film = put(data, "video", "video/mp4", is_uploaded=False)
        thumb = put(b"\xff\xd8\xff", "thumb", "image/jpeg", is_uploaded=False)
        fields = {"MediaId": film.media_id, "ThumbMediaId": thumb.media_id}
        kind = "shortvideo" if is_short else "video"
        return await self._message(
            kind, "[视频]", fields, data={"media_id": film.media_id}
        )

    async def location(
        self, latitude: float, longitude: float, label: str = "", scale: int = 15
    ) -> Exchange:
        """Sends a place, in GCJ-02 as phones in China do."""
        fields = {
            "Location_X": float(latitude),
            "Location_Y": float(longitude),
            "Scale": scale,
            "Label": label,
        }
        data = {"latitude": latitude, "longitude": longitude}
        return await self._message("location", label or "[位置]", fields, data=data)

    async def link(self, title: str, url: str, description: str = "") -> Exchange:
        """Sends a link card."""
        fields = {"Title": title, "Description": description, "Url": url}
        return await self._message("link", title, fields, data={"url": url})

    async def file(self, name: str, n_bytes: int) -> Exchange:
        """Sends a file, which arrives as an undocumented kind."""
        fields = {
            "Title": name,
            "Description": "",
            "FileKey": "key",
            "FileMd5": "0" * 32,
            "FileTotalLen": n_bytes,
        }
        return await self._message("file", name, fields)

    async def unsupported(self) -> Exchange:
        """Sends something that arrives as WeChat's sentence about it."""
        return await self.say(UNSUPPORTED)

    async def follow(self, *, scene: str = "") -> Exchange:
        """Follows the account, by search or by a scanned code."""
        how = "ADD_SCENE_QR_CODE" if scene else "ADD_SCENE_SEARCH"
        self.state.follow(self._account.clock.now(), scene=scene, how=how)
        fields = {"EventKey": ""}
        if scene:
            ticket = self._account.codes.for_scene(scene).ticket
            fields = {"EventKey": f"qrscene_{scene}", "Ticket": ticket}
        return await self._event("subscribe", "关注了公众号", Trigger.FOLLOW, **fields)

    async def unfollow(self) -> Exchange:
        """Unfollows; nothing that is answered can be shown."""
        self.state.unfollow()
        now = self._account.clock.now()
        push = self._account.builder.event(self.openid, "unsubscribe", now, EventKey="")
        self._account.show_own(push, "unsubscribe", "取消了关注")
        return await self._account.push(push, is_answerable=False)

    async def scan(self, scene: str = "", *, ticket: str = "") -> Exchange:
        """Scans a code of the account; who does not follow yet follows with it.

        Raises:
            SimulatorError: The ticket is unknown or no longer works.
        """
        codes = self._account.codes
        code = codes.find(ticket) if ticket else codes.for_scene(scene)
        if code is None:
            raise SimulatorError("the QR code is unknown or has expired")
        if not self.state.is_follower:
            return await self.follow(scene=code.scene)
        fields = {"EventKey": code.scene, "Ticket": code.ticket}
        return await self._event("SCAN", "扫描了二维码", Trigger.SCAN, **fields)

    async def click(self, key: str, *, picture: bytes = PICTURE) -> Exchange:
        """Taps the menu's button with this key.

        What a button asks for follows its event: a picture, or the place.

        Args:
            key: Of the button.
            picture: What is chosen where the button asks for one.

        Returns:
            What came of the tap, or of the message that follows it.

        Raises:
            SimulatorError: There is a menu, and it has no such button.
        """
        self._check_follows()
        button = self._button("key", key)
        kind = str(button.get("type", "click"))
        title = str(button.get("name", key))
        if kind in WAIT_MENU:
            info = {"ScanType": "qrcode", "ScanResult": "1"}
            return await self._event(
                kind, title, Trigger.CLICK, EventKey=key, ScanCodeInfo=info
            )
        if kind in PICTURE_MENU:
            info = pictures_info([picture])
            await self._event(kind, title, EventKey=key, SendPicsInfo=info)
            return await self.image(picture, "image/png")
        if kind == PLACE_MENU:
            info = place_info(*HERE)
            await self._event(kind, title, EventKey=key, SendLocationInfo=info)
            return await self.location(*HERE)
        return await self._event("CLICK", title, Trigger.CLICK, EventKey=key)

    async def view(self, url: str) -> Exchange:
        """Opens a page from the menu."""
        self._check_follows()
        return await self._event("VIEW", "", EventKey=url, MenuId="1")

    def _button(self, name: str, value: str) -> dict[str, Any]:
        if self._account.menu is None:
            return {}
        for top in self._account.menu:
            for button in [top, *top.get("sub_button", [])]:
                if button.get(name) == value:
                    return dict(button)
        raise SimulatorError(f"no menu button with {name} {value!r}")

    async def report_location(self, latitude: float, longitude: float) -> Exchange:
        """Reports the position, as the console may ask phones to."""
        place = {"Latitude": latitude, "Longitude": longitude, "Precision": 50.0}
        return await self._event("LOCATION", "", None, **place)

    async def grant(self, template: str, *, accepts: bool = True) -> Exchange:
        """Answers the question whether a subscription notice may come, once."""
        if accepts:
            self.state.grants[template] += 1
        status = "accept" if accepts else "reject"
        row = {
            "TemplateId": template,
            "SubscribeStatusString": status,
            "PopupScene": 2,
        }
        push = subscription_event(self._account, self.openid, "popup", row)
        return await self._account.push(push, is_answerable=False)

    async def revoke_privacy(self) -> Exchange:
        """Takes back the permission to use personal data."""
        options = self._account.options
        fields = {"OpenID": self.openid, "AppID": options.app_id, "RevokeInfo": "1"}
        push = self._account.builder.event(
            self.openid,
            "user_authorization_revoke",
            self._account.clock.now(),
            **fields,
        )
        return await self._account.push(push, is_answerable=False)

    async def push(self, fields: dict[str, Any]) -> Exchange:
        """Pushes any fields as they are, for payloads that no method makes."""
        now = self._account.clock.now()
        kind = str(fields.get("MsgType", "text"))
        base = self._account.builder.message(self.openid, kind, now)
        msg_id = str(fields.get("MsgId", base.msg_id))
        whole = {**base.fields, **fields}
        if kind == "event":
            whole.pop("MsgId", None)
        push = Push(self.openid, whole, msg_id, kind, is_event=kind == "event")
        return await self._account.push(push)

    def quick_replies(self) -> list[Link]:
        """Returns the quick replies of the newest bubble that has some."""
        for bubble in reversed(self.chat):
            links = bubble.data.get("links") or bubble.data.get("segments", [])
            found = [link for link in links if link.get("says")]
            if found:
                return [Link(**link) for link in found]
        return []
