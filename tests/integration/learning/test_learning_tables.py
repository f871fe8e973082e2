"""Questions that go out as a table and come back labelled."""

import csv
from pathlib import Path

import pytest
from openpyxl import load_workbook

from tests.conftest import NOW
from tests.integration.learning.conftest import (
    AGE,
    LOW,
    log_something,
    review_of,
)
from training.tables import export, read_table, take_in


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
async def test_a_table_goes_out_and_comes_back(loop, tmp_path, kind):
    for text in ("老人家的那个钱咋领", "=SUM(A1) 低保咋办", "驾驶证到期去哪换"):
        await log_something(loop, text)
    review, path = review_of(loop), tmp_path / f"review.{kind}"
    clusters = await review.next("op", NOW)
    assert export(path, clusters, review.labels) == 3
    rows = read_table(path)
    by_text = {row["消息"].lstrip("'"): row for row in rows}
    assert "'=SUM(A1) 低保咋办" in {row["消息"] for row in rows}
    by_text["老人家的那个钱咋领"]["决定"] = "对"
    by_text["=SUM(A1) 低保咋办"] |= {"决定": "改", "归到": LOW}
    by_text["驾驶证到期去哪换"] |= {"决定": "改", "归到": "service/none"}
    write_back(path, rows)
    found = await take_in(path, review, "op", NOW)
    assert found.n_decided == 2
    assert len(found.problems) == 1
    assert "没有这一项" in found.problems[0]
    labels = {w.example.label for w in await loop.models.waiting_examples()}
    assert labels == {AGE, LOW}
    again = await take_in(path, review, "op", NOW)
    assert again.n_decided == 0
    assert len(again.problems) == 3


def write_back(path: Path, rows: list[dict[str, str]]) -> None:
    if path.suffix == ".csv":
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
        return
    book = load_workbook(path)
    sheet = book.worksheets[0]
    for number, row in enumerate(rows, start=2):
        for column, value in enumerate(row.values(), start=1):
            sheet.cell(number, column).value = value
    book.save(path)
