"""Template messages and subscription notices (protocol page, §6)."""

import itertools
import re
from collections.abc import Mapping
from typing import Any

from simulator import texts
from simulator.api import Answer, ApiCall
from simulator.faults import FaultKind
from simulator.official import CLIENT_MSG_LIFE, OfficialAccount
from simulator.pushes import Push
from simulator.refusals import ApiRefusalError
from simulator.residents import ResidentState

DELIVERED = "success"
SYSTEM_FAILED = -1
TYPES = {
    "time": re.compile(
        r"(\d{4}(-\d{2}-\d{2}|年\d{1,2}月\d{1,2}日)( ?\d{2}:\d{2}(:\d{2})?)?|\d{2}:\d{2})",
        re.ASCII,
    ),
    "date": re.compile(r"\d{4}(-\d{2}-\d{2}|年\d{1,2}月\d{1,2}日)( .*)?", re.ASCII),
    "number": re.compile(r"[0-9.]{1,32}"),
    "character_string": re.compile(r"[ -~]{1,32}"),
    "phrase": re.compile("[\u4e00-\u9fff]{1,5}"),
}
"""What a field's value must be, by its type; over-long `thing`s see below."""
_msg_ids = itertools.count(3_000_000_000_000_000_000)


class Notices:
    """Messages that need no window, and the events that tell of their end."""

    def __init__(self, account: OfficialAccount) -> None:
        """Takes the account."""
        self._account = account

    async def send_template(self, call: ApiCall) -> Answer:
        """Sends a template message; long fields are cut on the phone."""
        values = call.values()
        resident = self._account.known(values.get("touser"))
        template = self._template(values)
        resident.check_reachable()
        fields = _fields(values.get("data"))
        plain = {name: texts.without_emoji(value) for name, value in fields.items()}
        shown = {name: texts.cut_field(value) for name, value in plain.items()}
        cut = tuple(f"{name} is cut" for name in fields if shown[name] != fields[name])
        if sum(map(texts.field_length, fields.values())) > texts.TEMPLATE_TOTAL_CHARS:
            raise ApiRefusalError(47003, "data is longer than 200 characters")
        msg_id, is_new = self._once(resident.openid, values.get("client_msg_id"))
        if is_new:
            status = _template_status(call, resident)
            if status == DELIVERED:
                self._show(resident, "template", template, shown, values, cut)
            self._account.later(self._tell_template(resident, msg_id, status))
        return {"errcode": 0, "errmsg": "ok", "msgid": msg_id}

    def _once(self, openid: str, client_msg_id: object) -> tuple[int, bool]:
        if not isinstance(client_msg_id, str) or not client_msg_id:
            return next(_msg_ids), True
        sent, now = self._account.sent_once, self._account.clock.now()
        found = sent.get((openid, client_msg_id))
        if found is not None and now - found[1] < CLIENT_MSG_LIFE:
            return found[0], False
        sent[openid, client_msg_id] = (next(_msg_ids), now)
        return sent[openid, client_msg_id][0], True

    async def send_subscription(self, call: ApiCall) -> Answer:
        """Sends a subscription notice; each one-time grant lasts for one."""
        values = call.values()
        resident = self._account.known(values.get("touser"))
        template = self._template(values)
        fields = _fields(values.get("data"))
        for name, value in fields.items():
            if name.startswith("thing") and len(value) > texts.TEMPLATE_FIELD_CHARS:
                raise ApiRefusalError(47003, f"data.{name}.value is too long")
        if template not in self._account.options.long_term_templates:
            if resident.grants[template] <= 0:
                raise ApiRefusalError(43101)
            resident.grants[template] -= 1
        msg_id, fails = next(_msg_ids), _is_undelivered(call)
        if not fails:
            self._show(resident, "subscribe", template, fields, values, ())
        self._account.later(
            self._tell_subscription(resident, template, msg_id, fails=fails)
        )
        return {"errcode": 0, "errmsg": "ok", "msgid": msg_id}

    def _template(self, values: Mapping[str, Any]) -> str:
        template, known = values.get("template_id"), self._account.options.templates
        if not isinstance(template, str) or not template:
            raise ApiRefusalError(40037)
        if known is not None and template not in known:
            raise ApiRefusalError(40037)
        return template

    def _show(
        self,
        resident: ResidentState,
        kind: str,
        template: str,
        fields: dict[str, str],
        values: Mapping[str, Any],
        defects: tuple[str, ...],
    ) -> None:
        program = values.get("miniprogram")
        url = str(values.get("url") or values.get("page") or "")
        data = {
            "template_id": template,
            "fields": fields,
            "url": "" if program else url,
            "miniprogram": program,
        }
        text = "\n".join(fields.values())
        self._account.show(
            resident.openid, kind, text, via=kind, data=data, defects=defects
        )

    async def _tell_template(
        self, resident: ResidentState, msg_id: int, status: str
    ) -> None:
        push = self._account.builder.event(
            resident.openid,
            "TEMPLATESENDJOBFINISH",
            self._account.clock.now(),
            MsgID=msg_id,
            Status=status,
        )
        await self._account.push(push, is_answerable=False)

    async def _tell_subscription(
        self, resident: ResidentState, template: str, msg_id: int, *, fails: bool
    ) -> None:
        row = {
            "TemplateId": template,
            "MsgID": msg_id,
            "ErrorCode": SYSTEM_FAILED if fails else 0,
            "ErrorStatus": "system failed" if fails else DELIVERED,
        }
        push = subscription_event(self._account, resident.openid, "sent", row)
        await self._account.push(push, is_answerable=False)


def _is_undelivered(call: ApiCall) -> bool:
    return call.fault is not None and call.fault.kind is FaultKind.UNDELIVERED


def _template_status(call: ApiCall, resident: ResidentState) -> str:
    if resident.blocks_templates:
        return "failed:user block"
    # The blank is the platform's own.
    return "failed: system failed" if _is_undelivered(call) else DELIVERED


def subscription_event(
    account: OfficialAccount, openid: str, what: str, row: dict[str, Any]
) -> Push:
    """Builds one of the three subscription events: popup, change, sent."""
    group = f"SubscribeMsg{what.capitalize()}Event"
    return account.builder.event(
        openid,
        f"subscribe_msg_{what}_event",
        account.clock.now(),
        **{group: {"List": row}},
    )


def _fields(data: object) -> dict[str, str]:
    if not isinstance(data, Mapping) or not data:
        raise ApiRefusalError(47003, "data")
    found: dict[str, str] = {}
    for name, value in data.items():
        text = value.get("value") if isinstance(value, Mapping) else None
        if (
            not isinstance(text, str | int | float)
            or isinstance(text, bool)
            or text == ""
        ):
            raise ApiRefusalError(47003, f"data.{name}.value")
        found[str(name)] = str(text)
    for name, text in found.items():
        kind = TYPES.get(name.rstrip("0123456789"))
        if kind is not None and not kind.fullmatch(text):
            raise ApiRefusalError(47003, f"data.{name}.value invalid")
    return found
