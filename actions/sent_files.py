"""Photos and recordings that wait for a ticket, and whether they are still there.

What belongs to no ticket is deleted after some time (`LOOSE_PHOTO_DAYS`), but a form may
be open for longer, and a photo may have been sent long before it is reported with.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from actions.wiring import ports
from community.blobs import BlobStore
from community.errors import StoreUnavailableError
from community.replies import Part, Text

COMES_WITHIN = timedelta(days=3)
"""Files of a messenger are downloaded later; after so long it has dropped them."""


@dataclass(frozen=True, slots=True)
class SentFiles:
    """What was found of some files."""

    there: tuple[str, ...]
    """Blob ids."""
    n_gone: int = 0


NOTHING = SentFiles(())


def times_of(kept: Any) -> dict[str, str]:
    """Reads the slot of some files: blob id → when it came, as ISO 8601."""
    return dict(kept) if isinstance(kept, dict) else dict.fromkeys(kept or (), "")


async def still_there(sent: Mapping[str, str]) -> SentFiles:
    """Finds out which files are left, and keeps those for as long again.

    Args:
        sent: Blob id → when it came; empty where that is not known.
    """
    there = [
        blob_id for blob_id, came in sent.items() if await _is_there(blob_id, came)
    ]
    return SentFiles(tuple(there), len(sent) - len(there))


async def _is_there(blob_id: str, came: str) -> bool:
    blobs = ports().blobs
    if blobs is None or await _is_kept_on(blobs, blob_id):
        return True
    return bool(came) and ports().now() - datetime.fromisoformat(came) < COMES_WITHIN


async def _is_kept_on(blobs: BlobStore, blob_id: str) -> bool:
    try:
        return await blobs.renew(blob_id)
    except StoreUnavailableError:
        return True  # nothing is known, and nothing may be dropped


def told_gone(photos: SentFiles, recordings: SentFiles = NOTHING) -> list[Part]:
    """Says what cannot be passed on any more; nothing where all is there."""
    gone = [
        f"{files.n_gone} {unit}"
        for files, unit in ((photos, "张照片"), (recordings, "段录音"))
        if files.n_gone
    ]
    if not gone:
        return []
    return [
        Text(f"早先发的{'、'.join(gone)}放太久，已经删了，交不上去。要用就再发一遍。")
    ]
