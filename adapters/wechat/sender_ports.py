"""What the WeChat sender needs of others."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from adapters.wechat.quota import Spent
from adapters.wechat.settings import MessageTemplate
from community.replies import Part


class Client(Protocol):
    """The calls that are needed; see `adapters.wechat.client.WeChatClient`."""

    async def send_custom(self, openid: str, body: Mapping[str, Any]) -> None:
        """Sends a customer-service message."""

    async def send_template(
        self,
        openid: str,
        template: MessageTemplate,
        facts: Mapping[str, str],
        *,
        url: str = "",
        client_msg_id: str = "",
    ) -> str:
        """Sends a template message."""

    async def send_subscribe(
        self,
        openid: str,
        template: MessageTemplate,
        facts: Mapping[str, str],
        *,
        page: str = "",
    ) -> str:
        """Sends a notification that the person allowed."""


class Ledger(Protocol):
    """What may still be sent to each person."""

    async def take(self, conversation: str, now: datetime) -> Spent | None:
        """Spends the right to one message."""

    async def give_back(self, spent: Spent) -> None:
        """Returns a right whose message did not go out."""

    async def forget(self, conversation: str) -> None:
        """Drops all rights."""


class Progress(Protocol):
    """Which messages of an outbox row have left already, also after a crash."""

    async def n_sent(self, key: str) -> int:
        """Returns how many."""

    async def is_doubtful(self, key: str) -> bool:
        """Whether one of them may not have arrived."""

    async def passed(self, key: str, *, is_doubtful: bool = False) -> None:
        """Notes that the next one has left."""

    async def doubted_at(self, key: str) -> datetime | None:
        """Returns when a template of the row was first sent without an answer."""

    async def doubted(self, key: str, now: datetime) -> None:
        """Notes the first such time; later ones change nothing."""


class Line(Protocol):
    """The answers of each person that have not left; see `RedisConversations`."""

    async def has_left(
        self, message_id: str, conversation: str, *, alone: bool = False
    ) -> None:
        """Lets the person's next answer go."""


class Pictures(Protocol):
    """Media ids of stored pictures."""

    async def media(self, urls: Sequence[str]) -> dict[str, str]:
        """Returns the media id of those that could be uploaded, by their url."""

    async def drop(self, urls: Sequence[str]) -> None:
        """Forgets media ids that WeChat does not know any more."""


class AnswerPages(Protocol):
    """Pages of answers that bubbles cannot hold; see `adapters.answer_pages`."""

    async def keep(self, message_id: str, parts: Sequence[Part], now: datetime) -> str:
        """Keeps an answer and returns the path of its page."""


class Followers(Protocol):
    """Who can be reached."""

    async def unfollowed(self, conversation: str, now: datetime) -> None:
        """Notes that a person cannot be reached any more."""
