"""Reads a file that is the whole body of a request."""

from desk.calls import Call
from desk.problems import problem


async def read_file(call: Call, max_bytes: int, too_large: str) -> bytes:
    """Returns the body, and stops reading where it is too long.

    Args:
        call: Of the request.
        max_bytes: What is accepted.
        too_large: What is said else.

    Raises:
        web.HTTPException: 413 too long, 429 too many uploads.
    """
    if not await call.services.limits.uploads.allows(f"upload:{call.person.id}"):
        raise problem(429, "too_many", "传得太快了，请稍等。")
    if (call.request.content_length or 0) > max_bytes:
        raise problem(413, "too_large", too_large)
    content = call.request.content
    data = await content.read(max_bytes + 1)
    while data and not content.at_eof():
        data += await content.read(max_bytes + 1 - len(data))
        if len(data) > max_bytes:
            raise problem(413, "too_large", too_large)
    return data
