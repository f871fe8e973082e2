"""Turns refusals of the domain into answers."""

from typing import TYPE_CHECKING

from aiohttp import web

from community.blobs import BlobRefusedError
from community.errors import (
    AnnotationRefusedError,
    ConflictError,
    ContentRefusedError,
    ModelRefusedError,
    NotFoundError,
    PromotionRefusedError,
    RosterChangeRefusedError,
    TransitionRefusedError,
)
from desk.problems import problem

if TYPE_CHECKING:
    from desk.services import Services


def refusal(services: "Services", err: Exception) -> web.HTTPException | None:
    """Returns the answer to an error that the caller has caused, else `None`."""
    if isinstance(err, NotFoundError):
        return problem(404, "not_found", "没有找到，或不归您看。")
    if isinstance(err, ConflictError):
        owner = services.directory.name(err.owner)
        return problem(409, "taken", f"已经由“{owner}”接了。")
    if isinstance(err, TransitionRefusedError):
        return problem(409, "refused", f"现在不能这样做：{err}")
    if isinstance(err, RosterChangeRefusedError):
        return problem(422, "refused", str(err))
    if isinstance(
        err, (AnnotationRefusedError, PromotionRefusedError, ContentRefusedError)
    ):
        return problem(422, "refused", "\n".join(err.reasons), fields=err.reasons)
    if isinstance(err, ModelRefusedError):
        return problem(409, "model_refused", f"这个模型不能用：{err}")
    if isinstance(err, BlobRefusedError):
        return problem(422, "blob_refused", "这个文件不能存：可能太大，或不是照片。")
    return None
