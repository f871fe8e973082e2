"""Files for office programs: readable, and nothing in them runs."""

import io

from openpyxl import load_workbook

from desk.sheets import as_csv, as_xlsx

HEAD = ("编号", "情况")
ROWS = (("1125-0001", "=cmd|'/c calc'!A0"), ("1125-0002", "+1, -2\n第二行"))


def test_csv_has_a_mark_and_no_formula() -> None:
    text = as_csv(HEAD, ROWS, "由某人导出").decode()
    assert text.startswith("\ufeff编号,情况\r\n")
    assert "'=cmd" in text
    assert '\n1125-0002,"\'+1, -2\n第二行"' in text
    assert text.endswith("由某人导出\r\n")


def test_counts_can_be_added_up() -> None:
    rows = [("甲社区", 3), ("乙社区", 4)]
    book = load_workbook(io.BytesIO(as_xlsx("日报", ("社区", "新增"), rows, "导出")))
    sheet = book.active
    assert sheet is not None
    assert [sheet[f"B{n}"].value for n in (2, 3)] == [3, 4]
    assert "甲社区,3\r\n" in as_csv(("社区", "新增"), rows, "导出").decode()


def test_xlsx_cells_are_text_and_never_formulas() -> None:
    book = load_workbook(io.BytesIO(as_xlsx("台账", HEAD, ROWS, "由某人导出")))
    sheet = book.active
    assert sheet is not None
    assert sheet.title == "台账"
    assert sheet["B2"].value == ROWS[0][1]
    assert sheet["B2"].data_type == "s"
    assert [cell.value for cell in sheet[4]] == ["由某人导出", None]
