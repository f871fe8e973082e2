"""Many notices become one."""

from adapters.sql.outbox_rows import Claimed
from adapters.wecom.senders import notice_of
from community.outbox import Channel, Outgoing, OutgoingKind
from dispatcher.digests import MAX_LINES, digest_of, fold_notices
from tests.conftest import NOW


def row(n: int) -> Claimed:
    message = Outgoing(
        f"k{n}",
        Channel.WECOM_APP,
        "w1",
        OutgoingKind.NOTICE,
        {"title": f"第{n}件", "text": "x"},
        NOW,
    )
    return Claimed(n, message, 0, 0, NOW)


def test_a_digest_names_what_waits():
    digest = digest_of([row(n) for n in range(3)], NOW)
    notice = notice_of(digest.payload)
    assert digest.kind is OutgoingKind.DIGEST
    assert digest.recipient == "w1"
    assert notice.title == "3 件事等您看"
    assert notice.text.splitlines() == ["· 第0件", "· 第1件", "· 第2件"]


def test_a_long_digest_says_how_many_more_there_are():
    notice = notice_of(digest_of([row(n) for n in range(20)], NOW).payload)
    lines = notice.text.splitlines()
    assert len(lines) == MAX_LINES + 1
    assert "8 件" in lines[-1]


async def test_only_the_crowded_get_a_digest():
    class Notices:
        def __init__(self):
            self.folded = []

        async def crowded(self, channel, *, more_than):
            return ["w1", "w2"]

        async def waiting(self, channel, recipient):
            return [row(n) for n in range(6)] if recipient == "w1" else []

        async def fold(self, rows, digest, *, now):
            self.folded.append((len(rows), digest.recipient))
            return True

    notices = Notices()
    assert await fold_notices(notices, more_than=5, now=NOW) == 1
    assert notices.folded == [(6, "w1")]
