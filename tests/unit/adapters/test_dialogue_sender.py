"""News for residents enter their mailbox once."""

from adapters.dialogue_sender import DialogueSender
from community.errors import MailboxFullError, StoreUnavailableError
from community.messages import Kind
from community.outbox import Channel, DeliveryState, Outgoing, OutgoingKind
from tests.conftest import NOW


class Mailboxes:
    def __init__(self, error=None):
        self.error = error
        self.accepted = {}

    async def accept(self, inbound):
        if self.error is not None:
            raise self.error
        return self.accepted.setdefault(inbound.id, inbound) is inbound


def news(**payload):
    payload = payload or {"event": "ticket", "extra": {"number": "1125-4837"}}
    return Outgoing(
        "a" * 64, Channel.DIALOGUE, "wechat:o1", OutgoingKind.RESULT, payload, NOW
    )


async def send(mailboxes, message):
    return await DialogueSender(mailboxes, lambda: NOW).send(message, attempt=1)


async def test_news_become_an_event_of_the_persons_channel():
    mailboxes = Mailboxes()
    assert (await send(mailboxes, news())).state is DeliveryState.DELIVERED
    (event,) = mailboxes.accepted.values()
    assert (event.kind, event.text, event.channel) == (Kind.EVENT, "ticket", "wechat")
    assert event.extra == {"number": "1125-4837"}
    assert event.reply_to is None


async def test_a_repeat_changes_nothing_and_counts_as_delivered():
    mailboxes = Mailboxes()
    await send(mailboxes, news())
    assert (await send(mailboxes, news())).state is DeliveryState.DELIVERED
    assert len(mailboxes.accepted) == 1


async def test_a_full_mailbox_and_a_silent_redis_are_tried_again():
    for error in (MailboxFullError("full"), StoreUnavailableError("down")):
        result = await send(Mailboxes(error), news())
        assert result.state is DeliveryState.TEMPORARY_FAILURE


async def test_an_unknown_event_ends():
    result = await send(Mailboxes(), news(event="nonsense"))
    assert result.state is DeliveryState.PERMANENT_FAILURE
