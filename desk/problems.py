"""Answers that say what went wrong, in words that staff may read (RFC 9457)."""

import json
from typing import Any

from aiohttp import web
from pydantic import BaseModel, Field


class Problem(BaseModel):
    """Why a call was refused."""

    type: str = Field(description="Stable code of the problem.")
    detail: str = Field(description="What went wrong, for the person who called.")
    fields: list[str] = Field(default=[], description="Names of malformed fields.")


CLASSES: dict[int, type[web.HTTPException]] = {
    400: web.HTTPBadRequest,
    401: web.HTTPUnauthorized,
    403: web.HTTPForbidden,
    404: web.HTTPNotFound,
    409: web.HTTPConflict,
    415: web.HTTPUnsupportedMediaType,
    422: web.HTTPUnprocessableEntity,
    429: web.HTTPTooManyRequests,
    503: web.HTTPServiceUnavailable,
}


def problem(
    status: int, code: str, detail: str, fields: list[str] | None = None
) -> web.HTTPException:
    """Builds the exception that aiohttp answers with."""
    doc = Problem(type=code, detail=detail, fields=fields or [])
    kwargs: dict[str, Any] = {
        "text": json.dumps(doc.dict(), ensure_ascii=False),
        "content_type": "application/problem+json",
    }
    if status == 413:
        return web.HTTPRequestEntityTooLarge(max_size=0, actual_size=0, **kwargs)
    return CLASSES[status](**kwargs)
