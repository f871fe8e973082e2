"""Review in a table: CSV or XLSX out, filled in by people, and in again."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from community.errors import (
    AnnotationRefusedError,
    CommunityError,
    ConfigurationError,
    ConflictError,
    NotFoundError,
)
from community.learning.guards import Guard
from community.learning.review import Cluster, Decision, Question, Review, Verdict

COLUMNS = {
    "编号": 8,
    "版本": 6,
    "组": 8,
    "消息": 60,
    "居民数": 8,
    "为什么要看": 26,
    "机器人判断": 12,
    "猜是": 34,
    "决定": 10,
    "归到": 34,
    "方面": 20,
    "仍要": 20,
    "备注": 20,
}
"""Heading → width in XLSX. The last five are for people to fill in."""
DECISIONS = {
    "对": Decision.ACCEPT,
    "改": Decision.RELABEL,
    "目录外": Decision.OUT_OF_SCOPE,
    "不要": Decision.DISCARD,
    "留": Decision.HOLD,
}
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a table."""

    n_decided: int
    problems: tuple[str, ...]
    """One for each row that could not be taken, with its number."""


def rows_of(clusters: Iterable[Cluster]) -> Iterator[list[Any]]:
    """Yields the table's rows, best first, a cluster's questions together."""
    for cluster in clusters:
        for question in cluster.questions:
            yield _row(question)


def _row(question: Question) -> list[Any]:
    return [
        question.id,
        question.version,
        question.cluster,
        harmless(question.text),
        question.n_persons,
        " ".join(question.reasons),
        question.decision,
        question.suggestion,
        *("", "", "", "", ""),
    ]


def harmless(text: str) -> str:
    """Keeps a spreadsheet from taking a resident's words for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def export(path: Path, clusters: Sequence[Cluster], labels: Iterable[str]) -> int:
    """Writes the table in the format of the file's name; returns its rows.

    Raises:
        ConfigurationError: The name ends neither in .csv nor .xlsx.
    """
    rows = list(rows_of(clusters))
    if path.suffix == ".csv":
        # The mark at the front lets spreadsheets see that it is UTF-8.
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(COLUMNS)
            writer.writerows(rows)
    elif path.suffix == ".xlsx":
        _write_workbook(path, rows, sorted(labels))
    else:
        raise ConfigurationError(f"{path}: expected .csv or .xlsx")
    return len(rows)


def _write_workbook(path: Path, rows: list[list[Any]], labels: list[str]) -> None:
    book = Workbook()
    sheet = book.active
    sheet.title = "复核"
    sheet.append(list(COLUMNS))
    for row in rows:
        sheet.append(row)
    sheet.freeze_panes = "A2"
    for number, width in enumerate(COLUMNS.values(), start=1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    names = book.create_sheet("各项")
    for label in labels:
        names.append([label])
    headings = list(COLUMNS)
    for heading, source in (
        ("决定", f'"{",".join(DECISIONS)}"'),
        ("归到", f"'各项'!$A$1:$A${max(1, len(labels))}"),
    ):
        rule = DataValidation(type="list", formula1=source, allow_blank=True)
        letter = get_column_letter(headings.index(heading) + 1)
        rule.add(f"{letter}2:{letter}{max(2, len(rows) + 1)}")
        sheet.add_data_validation(rule)
    book.save(path)


def read_table(path: Path) -> list[dict[str, str]]:
    """Reads a table as texts by heading.

    Raises:
        ConfigurationError: It is not such a table.
    """
    try:
        rows = _csv_rows(path) if path.suffix == ".csv" else _workbook_rows(path)
    except (OSError, KeyError, ValueError, csv.Error) as err:
        raise ConfigurationError(f"{path}: cannot be read: {err}") from err
    if not rows or not {"编号", "版本", "决定"} <= set(rows[0]):
        raise ConfigurationError(f"{path}: 没有“编号、版本、决定”这几列")
    head = rows[0]
    width = len(head)
    return [
        dict(zip(head, [*row, *[""] * width][:width], strict=True)) for row in rows[1:]
    ]


def _csv_rows(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [[cell.strip() for cell in row] for row in csv.reader(file)]


def _workbook_rows(path: Path) -> list[list[str]]:
    book = load_workbook(path, read_only=True, data_only=True)
    try:
        sheet = book.worksheets[0]
        return [
            ["" if cell is None else str(cell).strip() for cell in row]
            for row in sheet.iter_rows(values_only=True)
        ]
    finally:
        book.close()


async def take_in(path: Path, review: Review, by: str, now: datetime) -> Imported:
    """Takes the decisions of a table; rows without one are left alone.

    A row whose question was decided or changed since the export is not taken. Rows
    stand on their own: what is wrong in one does not stop the others.
    """
    decided, problems = 0, []
    for number, row in enumerate(read_table(path), start=2):
        if not row["决定"]:
            continue
        try:
            await _take_row(row, review, by, now)
            decided += 1
        except AnnotationRefusedError as err:
            problems += [f"{path}:{number}: {reason}" for reason in err.reasons]
        except ConflictError as err:
            problems.append(f"{path}:{number}: {err.owner} 已经处理过")
        except NotFoundError:
            problems.append(f"{path}:{number}: 这条已经不在了")
        except CommunityError as err:
            problems.append(f"{path}:{number}: {err}")
    return Imported(decided, tuple(problems))


async def _take_row(
    row: dict[str, str], review: Review, by: str, now: datetime
) -> None:
    decision = DECISIONS.get(row["决定"])
    if decision is None:
        raise ConfigurationError(f"决定：只能填 {'、'.join(DECISIONS)}")
    try:
        identifier, version = int(float(row["编号"])), int(float(row["版本"]))
        despite = frozenset(Guard(name) for name in row.get("仍要", "").split())
    except ValueError as err:
        raise ConfigurationError(f"编号、版本或“仍要”不对：{err}") from err
    (question,) = await review.store.questions([identifier])
    if question.version != version or question.status == "decided":
        raise ConflictError("别人")
    facets = row.get("方面", "").split()
    verdict = Verdict(
        decision,
        label=row.get("归到", ""),
        facets=tuple(facets) or None,
        note=row.get("备注", ""),
        despite=despite,
    )
    await review.decide([identifier], verdict, by, now)
