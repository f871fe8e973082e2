"""Photos as people send them: checked, turned upright, without the camera's notes."""

import asyncio
import io
import warnings

from PIL import Image, ImageOps, UnidentifiedImageError

from community.blobs import MAX_BLOB_BYTES, BlobRefusedError

FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
MAX_PIXELS = 50_000_000
LONGEST_SIDE_PX = 1_600
QUALITY = 82
MEDIA_TYPE = "image/jpeg"


async def cleaned(data: bytes) -> bytes:
    """Returns a photo encoded anew as JPEG, without EXIF or anything hidden in it.

    What the sender calls the file is not believed: only the bytes decide.

    Raises:
        BlobRefusedError: It is not a photo, or too large.
    """
    if not data or len(data) > MAX_BLOB_BYTES:
        raise BlobRefusedError(f"photo: {len(data)} bytes")
    return await asyncio.to_thread(_encode, data)


def _encode(data: bytes) -> bytes:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=FORMATS) as image:
                if image.width * image.height > MAX_PIXELS:
                    raise BlobRefusedError("photo: too many pixels")
                image.draft("RGB", (LONGEST_SIDE_PX, LONGEST_SIDE_PX))
                upright = ImageOps.exif_transpose(image).convert("RGB")
    except (
        UnidentifiedImageError,
        OSError,
        SyntaxError,
        ValueError,
        Image.DecompressionBombError,
        Image.DecompressionBombWarning,
    ) as err:
        raise BlobRefusedError("photo: cannot be read as one") from err
    upright.thumbnail((LONGEST_SIDE_PX, LONGEST_SIDE_PX))
    # A new image holds pixels only: comments, profiles and thumbnails stay behind.
    plain = Image.new("RGB", upright.size)
    plain.paste(upright)
    out = io.BytesIO()
    plain.save(out, "JPEG", quality=QUALITY, optimize=True)
    return out.getvalue()
