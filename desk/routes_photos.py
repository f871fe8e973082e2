"""Photos of tickets."""

from aiohttp import web
from pydantic import BaseModel

from adapters.photos import MEDIA_TYPE, cleaned
from community.blobs import MAX_BLOB_BYTES as MAX_PHOTO_BYTES
from desk.calls import Call
from desk.endpoints import Endpoints
from desk.policy import Act
from desk.problems import problem
from desk.uploads import read_file

endpoints = Endpoints("photos")


class Uploaded(BaseModel):
    """A stored photo, to be named in an act."""

    id: str


@endpoints.post(
    "/api/photos",
    act=Act.REPORT,
    uploads=True,
    media=("image/jpeg", "image/png", "image/webp"),
    gives=Uploaded,
)
async def upload_photo(call: Call) -> Uploaded:
    """Stores a photo, without what the camera wrote into it."""
    data = await read_file(call, MAX_PHOTO_BYTES, "照片太大了，最多 10 MB。")
    photo = await cleaned(data)
    return Uploaded(id=await call.services.blobs.put(photo, MEDIA_TYPE))


@endpoints.get("/api/tickets/{number}/photos/{id}", act=Act.VIEW, media=(MEDIA_TYPE,))
async def read_photo(call: Call) -> web.Response:
    """Returns a photo of a ticket; one of another ticket is not found here."""
    blob_id = call.path("id")
    if blob_id not in await photos_of(call):
        raise problem(404, "not_found", "没有这张照片。")
    blob = await call.services.blobs.get(blob_id)
    if blob is None:
        raise problem(404, "not_found", "照片还没有收到，或已经删除。")
    return web.Response(
        body=blob.data,
        content_type=blob.media_type,
        headers={
            "Cache-Control": "private, max-age=3600",
            "Content-Disposition": "inline",
        },
    )


async def photos_of(call: Call) -> frozenset[str]:
    """Returns the ids of all photos in a ticket's file."""
    number = call.ticket.number
    events = await call.services.tickets.events(number)
    messages = await call.services.tickets.messages(number)
    return frozenset(
        [
            *call.ticket.draft.photos,
            *(photo for event in events for photo in event.photos),
            *(photo for message in messages for photo in message.photos),
        ]
    )
