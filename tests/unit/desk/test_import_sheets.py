"""Tickets of another system in a spreadsheet: read, or refused with words."""

import io
import zipfile

import pytest
from openpyxl import Workbook

from desk.import_sheets import MAX_ROWS, UnreadableSheetError, read_rows
from desk.sheets import as_csv, as_xlsx

HEAD = ("编号", "事项", "情况", "地点", "联系电话", "别的")
ROW = ("12345-1", "噪声扰民", "半夜装修", "东关花园", "13900001234", "x")


def as_texts(head, rows):
    return "\r\n".join(",".join(line) for line in (head, *rows))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_csv_of_any_office_program_is_read(encoding: str) -> None:
    (row,) = read_rows(as_texts(HEAD, [ROW]).encode(encoding), "csv")
    assert row.line == 2
    assert row.cells == {
        "external_id": "12345-1",
        "item": "噪声扰民",
        "description": "半夜装修",
        "place": "东关花园",
        "contact": "13900001234",
    }


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_ledger_of_ours_is_read_without_its_last_line(kind: str) -> None:
    rows, foot = [ROW], "由某人导出"
    data = (
        as_csv(HEAD, rows, foot) if kind == "csv" else as_xlsx("台账", HEAD, rows, foot)
    )
    assert [row.cells["description"] for row in read_rows(data, kind)] == ["半夜装修"]


def test_numbers_and_empty_lines_of_a_workbook_do_no_harm() -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for line in (("工单号", "诉求内容"), (20261127, "路灯不亮"), (None, None)):
        sheet.append(line)
    out = io.BytesIO()
    book.save(out)
    (row,) = read_rows(out.getvalue(), "xlsx")
    assert row.cells == {"external_id": "20261127", "description": "路灯不亮"}


def test_missing_columns_are_named() -> None:
    with pytest.raises(UnreadableSheetError, match=r"外部编号、情况"):
        read_rows("事项,地点\r\n噪声,东关".encode(), "csv")
    with pytest.raises(UnreadableSheetError):
        read_rows(b"", "csv")


def test_too_many_lines_are_refused() -> None:
    data = as_texts(HEAD, [ROW] * (MAX_ROWS + 1)).encode()
    with pytest.raises(UnreadableSheetError, match="一次最多"):
        read_rows(data, "csv")


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("xl/worksheets/sheet1.xml", b" " * 60_000_000)
    return out.getvalue()


def empty_zip() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as parts:
        parts.writestr("a", b"")
    return out.getvalue()


@pytest.mark.parametrize(
    "data", [b"", b"PK\x03\x04 no", b"\x00" * 100, bomb(), empty_zip()]
)
def test_what_is_no_workbook_is_refused(data: bytes) -> None:
    with pytest.raises(UnreadableSheetError):
        read_rows(data, "xlsx")


def test_what_is_no_csv_is_refused() -> None:
    with pytest.raises(UnreadableSheetError):
        read_rows(b"\xff\xfe\x81\x00", "csv")
