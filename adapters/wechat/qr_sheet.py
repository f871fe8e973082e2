"""Draws the grids' codes on sheets of A4, ready to print and cut."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import segno
from PIL import Image, ImageDraw, ImageFont

from community.errors import ConfigurationError

DPI = 200
PAGE_PX = (1654, 2339)
"""A4 at 200 dots an inch."""
COLUMNS, ROWS = 3, 4
MARGIN_PX = 90
CODE_PX = 380
GAP_PX = 24
LINE_PX = 50
TITLE_FONT_PX = 38
SMALL_FONT_PX = 28

CJK_FONTS = (
    "opentype/noto/NotoSansCJK-Regular.ttc",
    "opentype/noto/NotoSansCJK-Bold.ttc",
    "truetype/noto/NotoSansSC-Regular.ttf",
    "truetype/wqy/wqy-microhei.ttc",
    "truetype/wqy/wqy-zenhei.ttc",
    "truetype/droid/DroidSansFallbackFull.ttf",
    "truetype/arphic/uming.ttc",
)
FONT_FOLDERS = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"))

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


@dataclass(frozen=True, slots=True)
class GridCode:
    """One code on the sheet."""

    grid: str
    name: str
    content: str
    """What scanning it opens."""


def write_sheet(codes: Sequence[GridCode], out: Path) -> list[Path]:
    """Writes all codes, twelve a page; returns the files.

    A PDF holds all pages; of PNG there is one file a page, numbered if several. The
    grids' names are printed where the machine has a Chinese font, else their ids only.

    Raises:
        ConfigurationError: The name ends neither in `.png` nor in `.pdf`.
    """
    kind = out.suffix.lower()
    if kind not in (".png", ".pdf"):
        raise ConfigurationError(f"--out {out}: expected a name in .png or .pdf")
    font_path = chinese_font()
    size = COLUMNS * ROWS
    pages = [
        _page(codes[start : start + size], font_path)
        for start in range(0, len(codes), size)
    ]
    if kind == ".pdf":
        pages[0].save(out, resolution=DPI, save_all=True, append_images=pages[1:])
        return [out]
    paths = [out]
    if len(pages) > 1:
        names = [f"{out.stem}-{n:02}{out.suffix}" for n in range(1, len(pages) + 1)]
        paths = [out.with_name(name) for name in names]
    for page, path in zip(pages, paths, strict=True):
        page.save(path, dpi=(DPI, DPI))
    return paths


def chinese_font() -> Path | None:
    """Returns a font that has Chinese characters, if one is installed."""
    candidates = [folder / name for name in CJK_FONTS for folder in FONT_FOLDERS]
    return next((path for path in candidates if path.is_file()), None)


def _page(codes: Sequence[GridCode], font_path: Path | None) -> Image.Image:
    page = Image.new("L", PAGE_PX, 255)
    draw = ImageDraw.Draw(page)
    cell_px = (
        (PAGE_PX[0] - 2 * MARGIN_PX) // COLUMNS,
        (PAGE_PX[1] - 2 * MARGIN_PX) // ROWS,
    )
    title, small = _font(font_path, TITLE_FONT_PX), _font(None, SMALL_FONT_PX)
    for position, code in enumerate(codes):
        left = MARGIN_PX + position % COLUMNS * cell_px[0]
        top = MARGIN_PX + position // COLUMNS * cell_px[1]
        draw.rectangle((left, top, left + cell_px[0], top + cell_px[1]), outline=200)
        middle = left + cell_px[0] // 2
        page.paste(_code(code.content), (middle - CODE_PX // 2, top + GAP_PX))
        below = top + CODE_PX + GAP_PX
        if font_path is not None:
            draw.text((middle, below + LINE_PX // 2), code.name, 0, title, anchor="mm")
            below += LINE_PX
        draw.text((middle, below + LINE_PX // 2), code.grid, 60, small, anchor="mm")
    return page


def _code(content: str) -> Image.Image:
    # Printed codes get scratched: "q" survives a quarter of it.
    code = segno.make(content, error="q", micro=False)
    scale = max(1, CODE_PX // code.symbol_size(border=4)[0])
    picture = io.BytesIO()
    code.save(picture, kind="png", scale=scale, border=4)
    picture.seek(0)
    exact = Image.open(picture).convert("L")
    framed = Image.new("L", (CODE_PX, CODE_PX), 255)
    corner = (CODE_PX - exact.width) // 2
    framed.paste(exact, (corner, corner))
    return framed


def _font(path: Path | None, size_px: int) -> Font:
    if path is not None:
        return ImageFont.truetype(str(path), size_px)
    return ImageFont.load_default(size_px)
