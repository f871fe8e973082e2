"""Photos of the web chat: taken in, encoded anew, shown only to their own session."""

from typing import Any

from aiohttp import BodyPartReader, web

from adapters.photos import MEDIA_TYPE, cleaned
from community.blobs import IMAGE_TYPES, BlobRefusedError
from gateway.chat import PHOTO_PATH, conversation_of, problem
from gateway.keys import BLOBS, COOKIES, PHOTO_LIMIT

MAX_PHOTO_BYTES = 8 * 1024 * 1024
FIELD = "photo"
A_WEEK_S = 7 * 86_400
routes = web.RouteTableDef()


@routes.post("/api/chat/photos")
async def post_photo(request: web.Request) -> web.Response:
    """Stores one photo and returns its name, to be sent in a message.

    Raises:
        web.HTTPUnsupportedMediaType: It is no photo.
        web.HTTPRequestEntityTooLarge: It has more than 8 MB.
        web.HTTPTooManyRequests: Too many at once.
    """
    conversation = conversation_of(request)
    if not await request.app[PHOTO_LIMIT].allows(f"photo:{conversation}"):
        raise problem(429, "too_many_photos", "照片发得太快了，请等一会儿再发。")
    data = await _read_photo(request)
    try:
        clean = await cleaned(data)
        blob_id = await request.app[BLOBS].put(clean, MEDIA_TYPE)
    except BlobRefusedError as err:
        raise problem(
            415, "not_a_photo", "这个文件不是照片，请换一张 JPG 或 PNG。"
        ) from err
    token = request.app[COOKIES].seal_photo(conversation, blob_id)
    return web.json_response({"photo": token, "url": PHOTO_PATH + token}, status=201)


async def _read_photo(request: web.Request) -> bytes:
    """Reads the one field of the form, no more of it than is allowed."""
    if not request.content_type.startswith("multipart/"):
        raise problem(400, "not_a_form", "请求格式不对。")
    try:
        part: Any = await (await request.multipart()).next()
        if not isinstance(part, BodyPartReader) or part.name != FIELD:
            raise problem(400, "no_photo", "请求格式不对。")
        data = bytearray()
        while chunk := await part.read_chunk(65_536):
            data += chunk
            if len(data) > MAX_PHOTO_BYTES:
                raise web.HTTPRequestEntityTooLarge(MAX_PHOTO_BYTES, len(data))
    except ValueError as err:  # a broken form
        raise problem(400, "not_a_form", "请求格式不对。") from err
    return bytes(data)


@routes.get(PHOTO_PATH + "{token}")
async def get_photo(request: web.Request) -> web.Response:
    """Returns a photo of this session's own conversation, and of no other."""
    conversation = conversation_of(request)
    token = request.match_info["token"]
    blob_id = request.app[COOKIES].open_photo(conversation, token)
    blob = await request.app[BLOBS].get(blob_id) if blob_id is not None else None
    if blob is None or blob.media_type not in IMAGE_TYPES:
        raise problem(404, "no_photo", "没有这张照片。")
    return web.Response(
        body=blob.data,
        content_type=blob.media_type,
        headers={"Cache-Control": f"private, max-age={A_WEEK_S}, immutable"},
    )
