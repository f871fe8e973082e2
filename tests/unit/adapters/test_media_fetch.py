"""Downloads before WeChat drops the files: repeated, delayed, given up."""

import io
import json
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from PIL import Image

from adapters.blob_files import FileBlobStore
from adapters.wechat.errors import MediaGoneError, TemporaryError
from adapters.wechat.media_fetch import MediaFetcher
from community.blobs import wechat_blob_id

NOW = datetime(2026, 11, 25, 9, 30, tzinfo=timezone.utc)


@dataclass
class Entry:
    id: str
    fields: dict[str, str]


class Account:
    """Hands files out, or fails as told."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.n_calls = 0

    async def download_media(self, media_id: str) -> tuple[bytes, str]:
        self.n_calls += 1
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


def photo() -> bytes:
    out = io.BytesIO()
    image = Image.new("RGB", (3_000, 2_000), "red")
    exif = image.getexif()
    exif[0x010E] = "secret"
    image.save(out, "JPEG", exif=exif)
    return out.getvalue()


def entry(media_id: str = "M1", kind: str = "image", at: datetime = NOW) -> Entry:
    doc = {
        "v": 1,
        "media_id": media_id,
        "blob_id": wechat_blob_id(media_id),
        "kind": kind,
    }
    return Entry(f"{int(at.timestamp() * 1000)}-0", {"entry": json.dumps(doc)})


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def blobs(tmp_path):
    return FileBlobStore(tmp_path)


async def test_a_photo_is_stored_small_and_without_its_notes(blobs):
    fetcher = MediaFetcher(Account((photo(), "image/jpeg")), blobs, now=Clock())
    order = entry()
    assert await fetcher.fetch([order]) == [order.id]
    stored = await blobs.get(wechat_blob_id("M1"))
    with Image.open(io.BytesIO(stored.data)) as image:
        assert max(image.size) == 1_600
    assert b"secret" not in stored.data


async def test_a_recording_keeps_its_bytes(blobs):
    fetcher = MediaFetcher(
        Account((b"#!AMR\nabc", "application/octet-stream")), blobs, now=Clock()
    )
    await fetcher.fetch([entry("V1", "voice")])
    stored = await blobs.get(wechat_blob_id("V1"))
    assert (stored.data, stored.media_type) == (b"#!AMR\nabc", "audio/amr")


async def test_what_is_stored_is_not_fetched_again(blobs):
    account = Account((photo(), "image/jpeg"))
    fetcher = MediaFetcher(account, blobs, now=Clock())
    await fetcher.fetch([entry(), entry()])
    assert account.n_calls == 1


async def test_a_failure_is_tried_again_later_and_not_at_once(blobs):
    account = Account(TemporaryError(-1, "", "busy"), (photo(), "image/jpeg"))
    clock = Clock()
    fetcher = MediaFetcher(account, blobs, now=clock)
    order = entry()
    assert await fetcher.fetch([order]) == []
    assert await fetcher.fetch([order]) == []
    assert account.n_calls == 1
    clock.now += timedelta(seconds=3)
    assert await fetcher.fetch([order]) == [order.id]
    assert await blobs.get(wechat_blob_id("M1")) is not None


@pytest.mark.parametrize(
    "answer", [MediaGoneError(40007, "", "gone"), (b"<html>", "text/html")]
)
async def test_what_is_gone_or_no_photo_is_given_up(blobs, answer):
    order = entry()
    assert await MediaFetcher(Account(answer), blobs, now=Clock()).fetch([order])
    assert await blobs.get(wechat_blob_id("M1")) is None


async def test_after_three_days_nobody_tries_any_more(blobs):
    account = Account(TemporaryError(-1, "", "busy"))
    order = entry(at=NOW - timedelta(days=3))
    assert await MediaFetcher(account, blobs, now=Clock()).fetch([order])


@pytest.mark.parametrize("text", ["", "{", '{"v": 2}', '{"v": 1}'])
async def test_a_malformed_order_blocks_nothing(blobs, text):
    order = Entry("1-0", {"entry": text})
    fetcher = MediaFetcher(Account((b"", "")), blobs, now=Clock())
    assert await fetcher.fetch([order]) == ["1-0"]
