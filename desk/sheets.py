"""Lists as files that office programs open: CSV and XLSX."""

import csv
import io
from collections.abc import Sequence

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font

CSV_TYPE = "text/csv"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MEDIA = {"csv": CSV_TYPE, "xlsx": XLSX_TYPE}
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
"""A cell that begins so is run as a formula by office programs."""
WIDE_CHARS = 40


Cell = str | int


def as_csv(head: Sequence[str], rows: Sequence[Sequence[Cell]], foot: str) -> bytes:
    """Returns a CSV that Chinese office programs read without being asked."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(head)
    writer.writerows([harmless(cell) for cell in row] for row in rows)
    writer.writerow([foot])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def as_xlsx(
    title: str, head: Sequence[str], rows: Sequence[Sequence[Cell]], foot: str
) -> bytes:
    """Returns an XLSX file; a cell is a number or a text, and never a formula."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title[:31])
    sheet.freeze_panes = "A2"
    for position, name in enumerate(head):
        column = chr(ord("A") + position)
        longest = max([len(name), *(len(str(row[position])) for row in rows[:200])])
        sheet.column_dimensions[column].width = min(WIDE_CHARS, 2 * longest + 2)
    bold = Font(bold=True)
    sheet.append([_cell(sheet, name, bold) for name in head])
    for row in rows:
        sheet.append([_cell(sheet, cell) for cell in row])
    sheet.append([_cell(sheet, foot)])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def harmless(cell: Cell) -> Cell:
    """Returns a cell that no office program takes for a formula."""
    if isinstance(cell, str) and cell.startswith(FORMULA_STARTS):
        return f"'{cell}"
    return cell


def _cell(sheet: object, value: Cell, font: Font | None = None) -> WriteOnlyCell:
    if not isinstance(value, str):  # a count, to be added up
        return WriteOnlyCell(sheet, value=value)
    text, cell = value, WriteOnlyCell(sheet, value=None)
    # Set by hand, because openpyxl would take a text that begins with = for a formula.
    cell._value = _without_control(text)
    cell.data_type = "s"
    cell.alignment = Alignment(vertical="top", wrap_text=len(text) > WIDE_CHARS)
    if font is not None:
        cell.font = font
    return cell


def _without_control(text: str) -> str:
    return "".join(c for c in text if c.isprintable() or c in "\n\t")
