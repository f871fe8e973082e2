"""Who is told what when a ticket changes: pure, from ticket, event and roster.

Residents get news as events of their dialogue, staff get cards. A card names the
ticket, its matter and its grid; it never holds a resident's words, place or account.
"""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime

from community.calendar import CHINA
from community.card_changes import CLAIM_KEY, card_changes
from community.outbox import Channel, Outgoing, OutgoingKind, StaffNotice
from community.resident_news import resident_news
from community.staff import DESK_PREFIX, Role, Roster
from community.tickets.commands import Action
from community.tickets.limits import NORMAL
from community.tickets.model import (
    Ticket,
    TicketEvent,
    TicketKind,
    Warned,
)
from community.tickets.office import ROBOT, Office
from community.tiers import Tier

URGENCY_NAMES = {"critical": "特急", "urgent": "紧急", "normal": ""}


def notify(ticket: Ticket, event: TicketEvent, office: Office) -> list[Outgoing]:
    """Returns everything that people have to be told about an event.

    Args:
        ticket: As it is after the event.
        event: What happened; its text is what residents may read.
        office: Catalogue and roster at that instant.
    """
    return [
        *resident_news(ticket, event, office),
        *_staff_cards(ticket, event, office),
        *card_changes(ticket, event, office),
    ]


def day_and_hour(at: datetime) -> str:
    """Returns an instant as people say it: 11月25日17:30."""
    local = at.astimezone(CHINA)
    return f"{local.month}月{local.day}日{local:%H:%M}"


def _staff_cards(
    ticket: Ticket, event: TicketEvent, office: Office
) -> Iterable[Outgoing]:
    seen = {event.actor}
    for recipient, title, is_task in _cards(ticket, event, office):
        if recipient.startswith(ROBOT):
            yield _robot(ticket, event, office, recipient.removeprefix(ROBOT))
            continue
        for staff_id in people(office.roster, recipient, event.at):
            if staff_id not in seen:
                seen.add(staff_id)
                yield _card(ticket, event, office, staff_id, title, is_task=is_task)


Card = tuple[str, str, bool]
"""Recipient (staff, desk or robot), title, and whether there is something to do."""


def _cards(ticket: Ticket, event: TicketEvent, office: Office) -> Iterable[Card]:
    life = ticket.life
    action = event.action
    moves = action is Action.RECLASSIFY and "tier" in event.changes
    if action in _NEW_OWNER or moves:
        yield life.owner, _NEW_OWNER.get(action, "改了事项，归您办的工单"), True
        yield from _also_told(ticket, event, office)
    elif action is Action.ALERT and event.facts.get("told"):
        yield str(event.facts["told"]), "没有人接单，请您处理", True
    elif action is Action.WARN:
        yield from _warned(ticket, event, office)
    elif action in (Action.PAUSE, Action.EXCLUDE):
        wish = "暂停" if action is Action.PAUSE else "不计入考核"
        for lead in leads(office.roster, life.unit):
            yield lead, f"请您审批：{wish}", False
    elif action in (Action.APPROVE, Action.REFUSE):
        verdict = "同意了" if action is Action.APPROVE else "没有同意"
        yield str(event.facts.get("asked_by", "")), f"您的申请{verdict}", False
    elif action in _TOLD_TO_OWNER:
        yield life.owner, _TOLD_TO_OWNER[action], False


_NEW_OWNER = {
    Action.FILE: "新工单",
    Action.ASSIGN: "派给您的工单",
    Action.ESCALATE: "上报到您这里的工单",
    Action.RETURN: "退回后转给您的工单",
    Action.RELOCATE: "转到您网格的工单",
    Action.DISSATISFIED: "居民不满意，请您重新办理",
}
_TOLD_TO_OWNER = {
    Action.URGE: "居民催办",
    Action.SUPERVISE: "上级督办",
    Action.REMARK: "居民补充了情况",
    Action.JOIN: "又有居民反映同一件事",
    Action.ABSORB: "有工单并到这里",
    Action.RECLASSIFY: "工单改了事项",
    Action.WITHDRAW: "居民撤回了",
    Action.CONFIRM: "居民说办好了",
    Action.TIME_OUT: "居民没有答复，已按时办结",
    Action.RESUME: "暂停到期，接着办",
    Action.PROGRESS: "有几个工作日没跟居民说进展了，请说一声",
}


def _also_told(ticket: Ticket, event: TicketEvent, office: Office) -> Iterable[Card]:
    """An emergency tells everybody near; else the grid's worker knows of it."""
    life, roster = ticket.life, office.roster
    post = roster.grids.get(life.grid or "")
    is_emergency = ticket.draft.kind is TicketKind.EMERGENCY
    if event.action is Action.FILE and is_emergency:
        if post is not None:
            for staff_id in (post.worker, *post.backups, post.head):
                yield staff_id, "险情，请马上处理", True
        street = office.owner(life, Tier.STREET, event.at)
        yield street.staff_id, "险情，请马上处理", True
    elif event.action is Action.FILE and post is not None:
        yield post.worker, "您网格里有新工单", False
    elif event.action in (Action.ESCALATE, Action.DISSATISFIED, Action.RECLASSIFY):
        for lead in leads(roster, life.unit):
            yield lead, "有工单上报到本级", False


def _warned(ticket: Ticket, event: TicketEvent, office: Office) -> Iterable[Card]:
    level = Warned(event.facts["level"])
    clock = ticket.life.clock
    until = day_and_hour(clock.due_at) if clock else ""
    if level is Warned.YELLOW:
        yield ticket.life.owner, f"黄牌提醒：{until}到期", False
        return
    title = f"红牌提醒：{until}到期" if level is Warned.RED else f"已经超期：{until}"
    yield ticket.life.owner, title, True
    for lead in leads(office.roster, ticket.life.unit):
        yield lead, title, False


def people(roster: Roster, recipient: str, at: datetime) -> tuple[str, ...]:
    """Returns the persons behind a recipient: of a desk, who serves it now."""
    if not recipient.startswith(DESK_PREFIX):
        return (recipient,) if recipient in roster.staff else ()
    unit = recipient.removeprefix(DESK_PREFIX)
    return (
        roster.duty_of(unit, at)
        or roster.members(unit, Role.DESK_CLERK)
        or leads(roster, unit)
    )


def leads(roster: Roster, unit: str) -> tuple[str, ...]:
    """Returns who leads a unit: station head, street or county staff."""
    for role in (Role.STATION_HEAD, Role.STREET, Role.COUNTY):
        found = roster.members(unit, role)
        if found:
            return found
    return ()


def _is_urgent(ticket: Ticket, event: TicketEvent) -> bool:
    red = event.facts.get("level") in (Warned.RED.value, Warned.OVERDUE.value)
    return ticket.life.urgency != NORMAL or event.action is Action.ALERT or red


def _grid_name(ticket: Ticket, office: Office) -> str:
    life, roster = ticket.life, office.roster
    post = roster.grids.get(life.grid or "")
    unit = roster.units.get(life.community or "")
    community = unit.name if unit else ""
    name = post.name if post else ""
    return (
        name if community and community in name else f"{community}{name}" or "地点待核"
    )


def _card(
    ticket: Ticket,
    event: TicketEvent,
    office: Office,
    staff_id: str,
    title: str,
    *,
    is_task: bool,
) -> Outgoing:
    life = ticket.life
    is_urgent = _is_urgent(ticket, event)
    buttons = (
        (
            (f"{CLAIM_KEY}{ticket.number}", "接单"),
            (f"contact:{ticket.number}", "联系居民"),
        )
        if is_task
        else ((f"ack:{ticket.number}", "知道了"),)
    )
    notice = StaffNotice(
        title=title,
        text=f"{office.item_name(life.item)}（{ticket.number}）",
        fields=(
            ("网格", _grid_name(ticket, office)),
            ("到期", day_and_hour(life.clock.due_at) if life.clock else "已办结"),
            *((("同报", f"{life.n_followers + 1}人"),) if life.n_followers else ()),
        ),
        path=f"/w/tickets/{ticket.number}",
        actions=buttons if not life.is_final else (),
        task=f"{ticket.number}-{event.seq}-{staff_id}"[:128],
        emphasis=URGENCY_NAMES.get(life.urgency, ""),
        extra={"ticket": ticket.number, "seq": event.seq},
    )
    return Outgoing(
        key=f"{ticket.number}#{event.seq}#{staff_id}",
        channel=Channel.WECOM_APP,
        recipient=staff_id,
        kind=OutgoingKind.ALERT if is_urgent else OutgoingKind.NOTICE,
        payload=asdict(notice),
        due_at=event.at,
    )


def _robot(ticket: Ticket, event: TicketEvent, office: Office, unit: str) -> Outgoing:
    where = _grid_name(ticket, office)
    what = office.item_name(ticket.life.item)
    return Outgoing(
        key=f"{ticket.number}#{event.seq}#{ROBOT}{unit}",
        channel=Channel.WECOM_ROBOT,
        recipient=unit,
        kind=OutgoingKind.ALERT,
        payload={
            "text": f"{where}：“{what}”（{ticket.number}）还没有人接单，谁在附近请接一下。"
        },
        due_at=event.at,
    )
