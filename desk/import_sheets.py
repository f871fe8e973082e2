"""Reads tickets out of a spreadsheet: CSV in UTF-8 or GB18030, or XLSX."""

import csv
import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from openpyxl import load_workbook

MAX_ROWS = 300
"""More take longer than anybody waits for an answer."""
MAX_LINES = 2 * MAX_ROWS
"""Empty ones included; a sheet may claim a million."""
MAX_COLUMNS = 60
MAX_UNPACKED_BYTES = 50_000_000
MAX_CELL_CHARS = 2_000
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "external_id": ("外部编号", "编号", "工单号", "工单编号"),
    "item": ("事项", "类别", "诉求类型"),
    "description": ("情况", "内容", "诉求内容", "问题描述"),
    "place": ("地点", "地址", "位置"),
    "since": ("多久了", "什么时候开始"),
    "contact": ("联系方式", "联系电话", "电话"),
    "grid": ("网格",),
    "community": ("社区",),
    "urgency": ("紧急程度",),
}
"""What a column may be called; a ledger of ours can be read as it is."""
NEEDED = ("external_id", "description")


class UnreadableSheetError(Exception):
    """A file is no table, or has no such columns; the text may be shown."""


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One line of a table, by our names of its columns."""

    line: int
    """As office programs count, the head is line 1."""
    cells: Mapping[str, str]


def read_rows(data: bytes, file_format: str) -> list[SheetRow]:
    """Returns the lines that tell something.

    Args:
        data: The file.
        file_format: `csv` or `xlsx`.

    Raises:
        UnreadableSheetError: It is no such file, too long, or a column is missing.
    """
    lines = _csv_lines(data) if file_format == "csv" else _xlsx_lines(data)
    head = next(iter(lines), [])
    places = _places(head)
    missing = [COLUMNS[name][0] for name in NEEDED if name not in places]
    if missing:
        raise UnreadableSheetError(f"第一行要有这几列：{'、'.join(missing)}。")
    rows = []
    for number, line in enumerate(lines, start=1):
        if number == 1:
            continue
        cells = {
            name: line[place].strip()[:MAX_CELL_CHARS] if place < len(line) else ""
            for name, place in places.items()
        }
        # The last line of a ledger says who exported it.
        if cells["description"]:
            rows.append(SheetRow(number, cells))
        if len(rows) > MAX_ROWS:
            raise UnreadableSheetError(f"一次最多 {MAX_ROWS} 行，请分几次导。")
    return rows


def _places(head: Sequence[str]) -> dict[str, int]:
    names = [name.strip() for name in head]
    found = {}
    for column, known in COLUMNS.items():
        place = next((names.index(name) for name in known if name in names), None)
        if place is not None:
            found[column] = place
    return found


def _csv_lines(data: bytes) -> list[list[str]]:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        try:
            return list(csv.reader(io.StringIO(text, newline=""), strict=True))
        except csv.Error as err:
            raise UnreadableSheetError("这个文件不是 CSV 表格。") from err
    raise UnreadableSheetError("这个文件不是 CSV 表格。")


def _xlsx_lines(data: bytes) -> list[list[str]]:
    no_book = UnreadableSheetError("这个文件不是 Excel 表格（xlsx）。")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            unpacked = sum(part.file_size for part in parts.infolist())
    except zipfile.BadZipFile as err:
        raise no_book from err
    if unpacked > MAX_UNPACKED_BYTES:
        raise UnreadableSheetError("这个表格太大了。")
    try:
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        lines = sheet.iter_rows(
            max_row=MAX_LINES, max_col=MAX_COLUMNS, values_only=True
        )
        return [_texts(line) for line in lines]
    # openpyxl raises nearly anything for what is not quite a workbook.
    except Exception as err:
        raise no_book from err


def _texts(line: Iterable[object]) -> list[str]:
    return ["" if cell is None else str(cell) for cell in line]
