"""The blob port over every implementation."""

import asyncio
import os
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.blob_files import FileBlobStore
from community.blobs import MAX_BLOB_BYTES, BlobRefusedError, wechat_blob_id
from community.errors import StoreUnavailableError
from tests.conftest import NOW


@pytest.fixture
def blobs(tmp_path: Path) -> FileBlobStore:
    return FileBlobStore(tmp_path / "blobs")


async def test_a_file_comes_back_with_its_type(blobs):
    blob_id = await blobs.put(b"\xff\xd8\n\x00data", "image/jpeg")
    found = await blobs.get(blob_id)
    assert (found.data, found.media_type) == (b"\xff\xd8\n\x00data", "image/jpeg")


async def test_ids_are_not_guessable_and_differ(blobs):
    first = await blobs.put(b"a", "image/png")
    second = await blobs.put(b"a", "image/png")
    assert first != second
    assert len(first) == 40


async def test_an_id_may_be_known_before_the_file(blobs):
    blob_id = wechat_blob_id("media")
    assert await blobs.get(blob_id) is None
    assert await blobs.put(b"a", "image/png", blob_id=blob_id) == blob_id
    assert (await blobs.get(blob_id)).data == b"a"


async def test_writing_again_replaces_the_whole_file(blobs):
    blob_id = await blobs.put(b"a" * 100, "image/png")
    await blobs.put(b"b", "image/jpeg", blob_id=blob_id)
    found = await blobs.get(blob_id)
    assert (found.data, found.media_type) == (b"b", "image/jpeg")


async def test_two_writers_of_one_id_leave_one_whole_file(blobs):
    blob_id = wechat_blob_id("media")
    await asyncio.gather(
        *(
            blobs.put(bytes([n]) * 50_000, "image/png", blob_id=blob_id)
            for n in range(1, 6)
        )
    )
    assert len(set((await blobs.get(blob_id)).data)) == 1


async def test_renewing_makes_a_file_count_as_written_now(blobs, tmp_path):
    blob_id = await blobs.put(b"a", "image/png")
    at = (NOW - timedelta(days=40)).timestamp()
    os.utime(next((tmp_path / "blobs").rglob(blob_id)), (at, at))
    assert await blobs.stored_before(NOW - timedelta(days=30)) == [blob_id]
    assert await blobs.renew(blob_id)
    assert await blobs.stored_before(NOW - timedelta(days=30)) == []
    assert (await blobs.get(blob_id)).data == b"a"
    for unknown in ("0" * 40, "../../etc/passwd"):
        assert not await blobs.renew(unknown)
        assert await blobs.get(unknown) is None


async def test_deleting_removes_and_may_be_repeated(blobs):
    blob_id = await blobs.put(b"a", "image/png")
    await blobs.delete(blob_id)
    await blobs.delete(blob_id)
    assert await blobs.get(blob_id) is None


@pytest.mark.parametrize(
    ("data", "media_type"),
    [
        (b"", "image/png"),
        (b"a" * (MAX_BLOB_BYTES + 1), "image/png"),
        (b"<html>", "text/html"),
        (b"a", "image/svg+xml"),
        (b"a", "image/png\nX"),
    ],
)
async def test_what_may_not_be_kept_is_refused(blobs, data, media_type):
    with pytest.raises(BlobRefusedError):
        await blobs.put(data, media_type)


@pytest.mark.parametrize(
    "blob_id", ["", "../../etc/passwd", "a/b", "x" * 100, "A" * 40, "é" * 20]
)
async def test_a_malformed_id_is_never_looked_up(blobs, blob_id):
    assert await blobs.get(blob_id) is None
    await blobs.delete(blob_id)
    with pytest.raises(StoreUnavailableError):
        await blobs.put(b"a", "image/png", blob_id=blob_id or "/")


async def test_a_folder_that_cannot_be_written_is_said_to_be(tmp_path):
    (tmp_path / "file").write_text("not a folder")
    blobs = FileBlobStore(tmp_path / "file")
    with pytest.raises(StoreUnavailableError):
        await blobs.put(b"a", "image/png")
    with pytest.raises(StoreUnavailableError):
        await blobs.get("0" * 40)


async def test_old_files_are_listed_and_new_ones_are_not(blobs, tmp_path):
    old = await blobs.put(b"a", "image/png")
    await blobs.put(b"b", "image/png")
    long_ago = NOW - timedelta(days=40)
    path = next(tmp_path.rglob(old))
    os.utime(path, (long_ago.timestamp(),) * 2)
    half = path.with_name(f".{'0' * 40}.12345678")
    half.write_bytes(b"half")
    os.utime(half, (long_ago.timestamp(),) * 2)
    (path.parent / "README").write_text("not a blob")
    os.utime(path.parent / "README", (long_ago.timestamp(),) * 2)
    assert list(await blobs.stored_before(NOW - timedelta(days=30))) == [old]
    assert not half.exists()
    assert (path.parent / "README").exists()


async def test_without_any_file_nothing_is_old(tmp_path):
    assert list(await FileBlobStore(tmp_path / "none").stored_before(NOW)) == []


async def test_no_partial_file_is_left(blobs, tmp_path):
    await blobs.put(b"a", "image/png")
    assert [p.name[0] != "." for p in (tmp_path / "blobs").rglob("*")] == [True] * 2
