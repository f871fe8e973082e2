"""What earlier cards of a ticket say once somebody has acted."""

import pytest

from community.card_changes import CardChange, card_changes
from community.errors import RecordError
from community.outbox import Channel, OutgoingKind
from community.tickets import SYSTEM, Action
from tests.unit.community.test_notifications import OFFICE, after, filed, working


def change_of(ticket, event):
    found = card_changes(ticket, event, OFFICE)
    return CardChange.of(found[0].payload) if found else None


def test_filing_changes_no_card():
    assert change_of(*filed()) is None


def test_a_claim_is_told_on_everybody_s_card():
    ticket, _ = filed()
    ticket, event = after(ticket, "worker1", Action.CLAIM)
    (message,) = card_changes(ticket, event, OFFICE)
    assert (message.channel, message.recipient) == (Channel.WECOM_CARD, ticket.number)
    assert message.kind is OutgoingKind.ALERT, "a grey button wakes nobody up"
    change = CardChange.of(message.payload)
    name = OFFICE.roster.staff["worker1"].name
    assert change.button == f"{name}已接单"[:10]
    assert change.concerns(1, is_task=True)
    assert not change.concerns(1, is_task=False), "a card that informs keeps its button"
    assert not change.concerns(event.seq, is_task=True)


def test_contact_without_a_claim_takes_it_on_too():
    ticket, _ = filed()
    assert "已接单" in change_of(*after(ticket, "worker1", Action.CONTACT)).button
    assert change_of(*after(working(ticket), "worker1", Action.INTERIM)) is None


def test_a_new_owner_greys_out_the_cards_of_the_old_one():
    ticket, _ = filed()
    ticket, event = after(ticket, SYSTEM, Action.ESCALATE, reason="到期没有人接单")
    change = change_of(ticket, event)
    assert change.button.startswith("已转给")
    assert change.only_tasks


def test_the_end_greys_out_every_card():
    ticket = working(filed()[0])
    ticket, event = after(ticket, "worker1", Action.RESOLVE, text="换好了")
    change = change_of(ticket, event)
    assert change.button == "已办好，等答复"
    assert change.concerns(1, is_task=False)


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"ticket": "1", "seq": "2", "button": "x", "only_tasks": True},
        {"ticket": "1", "seq": 2, "button": "x", "only_tasks": True, "more": 1},
    ],
)
def test_a_malformed_change_is_refused(document):
    with pytest.raises(RecordError):
        CardChange.of(document)
