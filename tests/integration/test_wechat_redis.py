"""What the channel's processes share in Redis: token, quota ledger, pace."""

import asyncio
import secrets
from datetime import datetime, timedelta, timezone

import pytest

from adapters.blob_files import FileBlobStore
from adapters.pace import Pace
from adapters.redis_conversations import open_redis
from adapters.redis_keys import RedisKeys
from adapters.redis_progress import RedisProgress
from adapters.wechat.errors import TemporaryError
from adapters.wechat.pictures import BlobPictures
from adapters.wechat.quota import QuotaLedger
from adapters.wechat.settings import Allowance
from adapters.wechat.tokens import FetchedToken, SharedToken
from community.blobs import blob_url
from community.errors import StoreUnavailableError

NOW = datetime.now(timezone.utc)
WHO = "wechat:oA"


def later(**kwargs):
    return NOW + timedelta(**kwargs)


@pytest.fixture
async def redis(redis_url):
    client = open_redis(redis_url)
    yield client
    await client.aclose()


@pytest.fixture
def keys():
    return RedisKeys(f"test-{secrets.token_hex(6)}")


@pytest.fixture
def ledger(redis, keys):
    return QuotaLedger(redis, keys)


class Source:
    """A platform that gives a token, and another one where it is forced to."""

    def __init__(self):
        self.calls = []
        self.value = 1

    async def fetch(self, force):
        self.calls.append(force)
        await asyncio.sleep(0.05)
        self.value += force
        return FetchedToken(f"token-{self.value}", 7_200)


def processes(redis, keys, source, n):
    return [SharedToken(redis, keys, source.fetch, account="wx1") for _ in range(n)]


async def test_many_processes_fetch_one_token_once(redis, keys):
    source = Source()
    got = await asyncio.gather(*(t.get() for t in processes(redis, keys, source, 8)))
    assert set(got) == {"token-1"}
    assert source.calls == [False]
    assert 6_900 < await redis.ttl(keys.token("wx1")) <= 7_000
    assert await redis.get(keys.token_lock("wx1")) is None


async def test_a_refused_token_is_replaced_once_for_all(redis, keys):
    source = Source()
    tokens = processes(redis, keys, source, 8)
    old = await tokens[0].get()
    got = await asyncio.gather(*(t.refresh(old) for t in tokens))
    assert set(got) == {"token-2"}
    assert source.calls == [False, False, True]
    assert await tokens[3].refresh(old) == "token-2"
    assert len(source.calls) == 3


async def test_another_token_is_forced_once_a_minute_at_most(redis, keys):
    source = Source()
    [token] = processes(redis, keys, source, 1)
    await token.refresh(await token.get())
    assert await token.refresh("token-2") == "token-2"
    assert source.calls.count(True) == 1


async def test_a_fetch_that_fails_frees_the_lock(redis, keys):
    async def fetch(_force):
        raise TemporaryError(-1, "", "busy")

    token = SharedToken(redis, keys, fetch, account="wx1")
    for _ in range(2):
        with pytest.raises(TemporaryError, match="busy"):
            await token.get()
    assert await redis.get(keys.token_lock("wx1")) is None


async def test_without_redis_there_is_no_token_and_no_right_to_send(keys):
    client = open_redis("unix:///tmp/no-such-socket")
    with pytest.raises(StoreUnavailableError):
        await SharedToken(client, keys, Source().fetch, account="wx1").get()
    with pytest.raises(StoreUnavailableError):
        await QuotaLedger(client, keys).take(WHO, NOW)
    with pytest.raises(StoreUnavailableError):
        await Pace(client, keys).take(["a"], ((1, 60),), NOW)


async def taken(ledger, now, n=10):
    spent = [await ledger.take(WHO, now) for _ in range(n)]
    return [right.trigger for right in spent if right is not None]


async def test_a_message_allows_five_in_48_hours(ledger, redis, keys):
    assert await taken(ledger, NOW) == []
    await ledger.grant(WHO, "message", NOW)
    assert await taken(ledger, later(hours=47)) == ["message"] * 5
    await ledger.grant(WHO, "message", later(hours=1))
    assert await taken(ledger, later(hours=49, seconds=1)) == []
    assert 0 < await redis.ttl(keys.quota(WHO)) <= 49 * 3_600


async def test_a_new_message_fills_its_bucket_and_adds_nothing(ledger):
    for second in range(3):
        await ledger.grant(WHO, "message", later(seconds=second))
        await ledger.take(WHO, NOW)
    await ledger.grant(WHO, "message", later(seconds=3))
    assert await taken(ledger, NOW) == ["message"] * 5


async def test_what_ends_first_is_spent_first(ledger):
    await ledger.grant(WHO, "message", NOW)
    await ledger.grant(WHO, "scan", later(seconds=5))
    await ledger.grant(WHO, "click", NOW)
    in_order = ["click"] * 3 + ["scan"] * 3 + ["message"] * 5
    assert await taken(ledger, later(seconds=10), 20) == in_order
    await ledger.grant(WHO, "follow", NOW)
    assert await taken(ledger, later(seconds=61)) == []


async def test_an_older_delivery_does_not_shorten_the_window(ledger):
    await ledger.grant(WHO, "message", NOW)
    await ledger.grant(WHO, "message", later(hours=-40))
    assert await taken(ledger, later(hours=40)) == ["message"] * 5


async def test_a_right_is_given_back_to_its_bucket_only(ledger):
    await ledger.grant(WHO, "message", NOW)
    spent = await ledger.take(WHO, NOW)
    await ledger.give_back(spent)
    assert len(await taken(ledger, NOW)) == 5
    await ledger.grant(WHO, "message", later(seconds=1))
    await ledger.give_back(spent)
    assert len(await taken(ledger, NOW)) == 5
    assert spent.ends_at.replace(microsecond=0) == later(hours=48).replace(
        microsecond=0
    )


async def test_rights_are_spent_once_by_many_at_once(ledger):
    await ledger.grant(WHO, "message", NOW)
    spent = await asyncio.gather(*(ledger.take(WHO, NOW) for _ in range(30)))
    assert len([right for right in spent if right]) == 5


async def test_rights_are_of_one_person_and_can_be_forgotten(ledger):
    await ledger.grant(WHO, "message", NOW)
    assert await ledger.take("wechat:oB", NOW) is None
    await ledger.forget(WHO)
    assert await ledger.take(WHO, NOW) is None


async def test_allowances_are_configurable(redis, keys):
    ledger = QuotaLedger(redis, keys, per_message=Allowance(20, 10))
    await ledger.grant(WHO, "message", NOW)
    assert len(await taken(ledger, later(seconds=9), 30)) == 20


async def test_a_window_slides_and_says_how_long_to_wait(redis, keys):
    pace = Pace(redis, keys)
    limits = ((2, 60), (3, 3_600))
    assert await pace.take(["a"], limits, NOW) == 0
    assert await pace.take(["a"], limits, later(seconds=20)) == 0
    assert await pace.take(["a"], limits, later(seconds=30)) == pytest.approx(30)
    assert await pace.take(["a"], limits, later(seconds=61)) == 0
    assert await pace.take(["a"], limits, later(seconds=200)) == pytest.approx(3_400)
    assert await pace.take(["b"], limits, later(seconds=200)) == 0
    assert await pace.take([], limits, NOW) == 0


async def test_one_full_bucket_stops_all_and_counts_none(redis, keys):
    pace = Pace(redis, keys)
    await pace.take(["a"], ((1, 60),), NOW)
    assert await pace.take(["b", "a"], ((1, 60),), NOW) > 0
    assert await pace.take(["b"], ((1, 60),), NOW) == 0


async def test_a_dropped_picture_is_uploaded_once_more(redis, keys, tmp_path):
    class Uploads:
        n = 0

        async def upload_media(self, data, media_type, kind):
            self.n += 1
            return f"M{self.n}"

    blobs = FileBlobStore(tmp_path)
    url = blob_url(await blobs.put(b"x", "image/jpeg"))
    pictures = BlobPictures(redis, keys, blobs, Uploads())
    for media_id in ("M1", "M1"):
        assert await pictures.media([url]) == {url: media_id}
    await pictures.drop([url, "https://example.org/no-blob.png"])
    assert await pictures.media([url]) == {url: "M2"}


async def test_the_first_doubt_of_a_template_stays(redis, keys):
    progress = RedisProgress(redis, keys)
    assert await progress.doubted_at("k") is None
    await progress.doubted("k", NOW)
    await progress.doubted("k", later(minutes=5))
    assert await progress.doubted_at("k") == NOW
