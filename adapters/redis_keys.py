"""Every Redis key of the project, with type, time to live and writer.

| key | type | TTL | written by |
|---|---|---|---|
| `accepted:<mark>` | string | `ACCEPTED_TTL_S` | gateway (accept) |
| `conv:<c>:mailbox` | list of inbound records | none while not empty | gateway, worker |
| `conv:<c>:lease` | string, `<fencing token>` | lease time | worker |
| `conv:<c>:turns` | list of turn records | retention | worker (commit) |
| `conv:<c>:out` | stream of chat events | retention | gateway, worker |
| `conv:<c>:unsent` | list of message ids whose answers have not left, oldest first | one day after the last | worker (commit), gateway, dispatcher |
| `conv:<c>:attempts` | hash message id → count | one day | worker |
| `reply:<mark>` | string, reply record | `REPLY_TTL_S` | worker (commit) |
| `fence` | counter | none | worker |
| `ready`, `ready:urgent` | streams of conversations | none; finished entries are deleted | gateway |
| `page:<mark>` | string, parts of a long answer with a page of its own | `ANSWER_PAGE_DAYS` | dispatcher |
| `claim:<mark>` | string: `passive`, `sent` or `late` | `REPLY_TTL_S` | gateway, dispatcher |
| `outgoing` | stream of answers that a messenger delivers; group `dispatchers` | none; finished entries are deleted | worker (commit) |
| `log` | stream of dialogue turns for the dialogue log; group `dispatchers` | none; finished entries are deleted | worker (commit) |
| `media` | stream of messenger media to download; group `dispatchers` | none; finished entries are deleted | gateway |
| `staff_actions` | stream of tapped buttons of staff cards; group `dispatchers` | none; finished entries are deleted | gateway |
| `delivery_reports` | stream of the messenger's reports on template messages; group `dispatchers` | none; finished entries are deleted | gateway |
| `task:<name>` | string: who does a periodic task | its interval | dispatcher |
| `uploaded:<blob id>` | string: WeChat media id of a stored picture | 2 days | dispatcher |
| `parts:<outbox key>` | hash: messages of an outbox row that have left, and whether one is doubtful | 60 days after the last | dispatcher |
| `cards:<ticket>` | hash: codes that change sent staff cards, by task; `changed`: the newest change | 71 hours after the last | dispatcher |
| `token:<account>` | string, access token | until shortly before it ends | whoever sends (`SharedToken`) |
| `token:<account>:lock` | string: who fetches the token | 15 s | whoever sends |
| `token:<account>:forced` | string: another token was asked for | 60 s | whoever sends |
| `quota:<c>` | hash trigger → messages left and end in ms | until the last one ends | gateway, dispatcher |
| `pace:<bucket>` | sorted set of sendings by time, `wecom:…` | the longest window | dispatcher, desk |
| `worker:<name>` | string, JSON: the model that a worker serves with | 30 s | worker |
| `refused:<model>` | string: why workers refused a model | 1 day | worker |
| `nonce:<timestamp>:<nonce>` | string, hash of the message it came with | twice the replay window | gateway |
| `unfinished` | sorted set of conversations with an unfinished report, by when they are reminded of it | none; removed with the report | worker (commit) |
| `forgetting` | sorted set of conversations to be deleted, by when for the last time | none; finished ones are removed | gateway, worker |
| `forgotten:<mark>` | set of marks of messages and ids of blobs that a deletion has seen | `FORGOTTEN_TTL_S` | gateway |
| `dead` | stream of dead letters | none | worker, dispatcher |
| `rate:<bucket>` | counter | its window | gateway, desk |
| `desk:session:<hash>` | string, session record | `SESSION_IDLE_S` after the last use | desk |
| `desk:talk:<mark>` | string: number of the ticket and staff id | half an hour after the last word | desk |
| `desk:talks` | sorted set of tickets by when silence ends the talk | none; ended ones are removed | desk, dispatcher |
| `desk:sessions:<staff>` | set of session hashes | `SESSION_IDLE_S` after the last sign-in | desk |
`<mark>` is `message_mark` of a message's id (of a conversation in `forgotten` and `desk:talk`), which holds the
channel's id of a person.
Channels: `live:<c>` (something new in `conv:<c>:out`), `gw:<instance>` (a reply
is stored), `released:<c>` (a lease was given up).
"""

import hashlib
from dataclasses import dataclass

ACCEPTED_TTL_S = 7 * 86_400
"""A repeat of a message is recognised for a week."""
REPLY_TTL_S = 86_400
"""A repeat within a day gets the stored answer."""
FORGOTTEN_TTL_S = 600
"""The second deletion of a person looks for them again."""
SESSION_IDLE_S = 12 * 3_600
"""A day's work; after that staff sign in again."""
WORKER_GROUP = "workers"
DISPATCHER_GROUP = "dispatchers"


def message_mark(message_id: str) -> str:
    """Returns what keys name a message by: its id would name the person for a week."""
    return hashlib.blake2s(message_id.encode(), digest_size=16).hexdigest()


@dataclass(frozen=True, slots=True)
class RedisKeys:
    """Builds keys below one prefix, so that tests and sites do not meet."""

    prefix: str

    def accepted(self, message_id: str) -> str:
        """Set when a message has been accepted."""
        return f"{self.prefix}:accepted:{message_mark(message_id)}"

    def mailbox(self, conversation: str) -> str:
        """Messages of a conversation that are not answered yet, oldest first."""
        return f"{self.prefix}:conv:{conversation}:mailbox"

    def lease(self, conversation: str) -> str:
        """Who may work on the conversation."""
        return f"{self.prefix}:conv:{conversation}:lease"

    def turns(self, conversation: str) -> str:
        """The dialogue, one record a turn, appended only."""
        return f"{self.prefix}:conv:{conversation}:turns"

    def out(self, conversation: str) -> str:
        """What a chat page shows: both sides, in order."""
        return f"{self.prefix}:conv:{conversation}:out"

    def unsent(self, conversation: str) -> str:
        """Answers of a conversation that have not left for the messenger."""
        return f"{self.prefix}:conv:{conversation}:unsent"

    def attempts(self, conversation: str) -> str:
        """How often each unanswered message has failed."""
        return f"{self.prefix}:conv:{conversation}:attempts"

    def reply(self, message_id: str) -> str:
        """The answer to a message."""
        return f"{self.prefix}:reply:{message_mark(message_id)}"

    def claim(self, message_id: str) -> str:
        """Who delivers the answer to a message: see `RedisConversations.claim`."""
        return f"{self.prefix}:claim:{message_mark(message_id)}"

    def answer_page(self, message_id: str) -> str:
        """The answer to a message, for the page that shows the whole of it."""
        return self.answer_page_of(message_mark(message_id))

    def answer_page_of(self, mark: str) -> str:
        """The same, by the mark that the page's address holds."""
        return f"{self.prefix}:page:{mark}"

    @property
    def outgoing(self) -> str:
        """Answers on their way to a messenger."""
        return f"{self.prefix}:outgoing"

    @property
    def log(self) -> str:
        """Dialogue turns on their way to the dialogue log."""
        return f"{self.prefix}:log"

    @property
    def media(self) -> str:
        """Media of messengers that are to be downloaded before they expire."""
        return f"{self.prefix}:media"

    @property
    def staff_actions(self) -> str:
        """Buttons that staff have tapped on cards."""
        return f"{self.prefix}:staff_actions"

    @property
    def delivery_reports(self) -> str:
        """What the messenger tells later about messages that it took."""
        return f"{self.prefix}:delivery_reports"

    def task(self, name: str) -> str:
        """Who does a periodic task this time."""
        return f"{self.prefix}:task:{name}"

    def uploaded(self, blob_id: str) -> str:
        """WeChat's media id of a stored picture."""
        return f"{self.prefix}:uploaded:{blob_id}"

    def parts(self, outbox_key: str) -> str:
        """How many messages of an outbox row have left."""
        return f"{self.prefix}:parts:{outbox_key}"

    @property
    def fence(self) -> str:
        """Source of fencing tokens."""
        return f"{self.prefix}:fence"

    @property
    def ready(self) -> str:
        """Conversations that have mail."""
        return f"{self.prefix}:ready"

    @property
    def ready_urgent(self) -> str:
        """Conversations that have an emergency; served first."""
        return f"{self.prefix}:ready:urgent"

    def worker(self, name: str) -> str:
        """What a living worker serves with."""
        return f"{self.prefix}:worker:{name}"

    def refused(self, model: str) -> str:
        """Why workers refused a model."""
        return f"{self.prefix}:refused:{model}"

    @property
    def dead(self) -> str:
        """Messages that failed too often."""
        return f"{self.prefix}:dead"

    def rate(self, bucket: str) -> str:
        """A rate-limit counter."""
        return f"{self.prefix}:rate:{bucket}"

    def desk_session(self, digest: str) -> str:
        """A member of staff who is signed in; the cookie's value is hashed."""
        return f"{self.prefix}:desk:session:{digest}"

    def desk_sessions(self, staff: str) -> str:
        """The sessions of a member of staff, so that all can be ended."""
        return f"{self.prefix}:desk:sessions:{staff}"

    def desk_talk(self, conversation: str) -> str:
        """Who talks with a resident, in place of the assistant."""
        return f"{self.prefix}:desk:talk:{message_mark(conversation)}"

    @property
    def desk_talks(self) -> str:
        """Tickets of all such talks, by when silence ends them."""
        return f"{self.prefix}:desk:talks"

    def cards(self, ticket: str) -> str:
        """The codes of a ticket's cards."""
        return f"{self.prefix}:cards:{ticket}"

    def token(self, account: str) -> str:
        """The access token of an account or an app."""
        return f"{self.prefix}:token:{account}"

    def token_lock(self, account: str) -> str:
        """Who fetches that token."""
        return f"{self.prefix}:token:{account}:lock"

    def token_forced(self, account: str) -> str:
        """Set while no other token may be asked for."""
        return f"{self.prefix}:token:{account}:forced"

    def quota(self, conversation: str) -> str:
        """Customer-service messages that may still be sent to a person."""
        return f"{self.prefix}:quota:{conversation}"

    def pace(self, bucket: str) -> str:
        """When something was sent, for limits of the platform."""
        return f"{self.prefix}:pace:{bucket}"

    def nonce(self, timestamp: str, nonce: str) -> str:
        """With which message a signature came."""
        return f"{self.prefix}:nonce:{timestamp}:{nonce}"

    @property
    def unfinished(self) -> str:
        """Conversations with an unfinished report, by when they are reminded of it."""
        return f"{self.prefix}:unfinished"

    @property
    def forgetting(self) -> str:
        """Persons whose data is being deleted."""
        return f"{self.prefix}:forgetting"

    def forgotten(self, conversation: str) -> str:
        """What a deletion has seen of a person; names nobody."""
        return f"{self.prefix}:forgotten:{message_mark(conversation)}"

    def live(self, conversation: str) -> str:
        """Channel: `conv:<c>:out` has grown, or an answer may leave."""
        return f"{self.prefix}:live:{conversation}"

    def released(self, conversation: str) -> str:
        """Channel: the conversation's lease was given up."""
        return f"{self.prefix}:released:{conversation}"
