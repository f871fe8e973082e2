"""Time limits, office hours and holidays from the content folder."""

from collections.abc import Callable, Mapping
from datetime import date, time
from pathlib import Path
from types import MappingProxyType
from typing import Any

import chinese_calendar
import structlog

from adapters.document_files import DocumentReader, Watched
from community.staff import weekdays_only
from community.tickets.clocks import WorkTime
from community.tickets.limits import Limit, TimePolicy

logger = structlog.get_logger()
DEADLINES = "deadlines.yml"
HOLIDAYS = "holidays.yml"
OfficeHours = tuple[tuple[time, time], ...] | None


class HolidayCalendar:
    """Implements `community.tickets.clocks.WorkCalendar`.

    The library knows the years whose holidays were announced when it was released.
    For others the content folder's file counts, and weekends where it says nothing; the
    log warns once a year and process as long as such a year is not final.
    """

    def __init__(self, years: Mapping[int, "HolidayYear"]) -> None:
        """Takes the years of the file."""
        self._years = years
        self._known: dict[date, bool] = {}
        self._warned: set[int] = set()

    def is_workday(self, day: date) -> bool:
        """See the port."""
        known = self._known.get(day)
        if known is None:
            known = self._known[day] = self._find(day)
        return known

    def _find(self, day: date) -> bool:
        try:
            return bool(chinese_calendar.is_workday(day))
        except NotImplementedError:
            year = self._years.get(day.year)
            if (year is None or not year.is_final) and day.year not in self._warned:
                self._warned.add(day.year)
                logger.warning("calendar.year.unknown", year=day.year, file=HOLIDAYS)
            return weekdays_only(day) if year is None else year.is_workday(day)


class HolidayYear:
    """One year of the file."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        """Reads what the schema has checked.

        Raises:
            ValueError: A date does not exist.
        """
        self.is_final = bool(document["is_final"])
        self._holidays = {date.fromisoformat(day) for day in document["holidays"]}
        self._workdays = {date.fromisoformat(day) for day in document["workdays"]}

    def is_workday(self, day: date) -> bool:
        """Tells whether people work on a day of this year."""
        if day in self._workdays:
            return True
        return day not in self._holidays and weekdays_only(day)


def load_calendar(content_dir: Path) -> HolidayCalendar:
    """Reads `holidays.yml`; without the file only the library knows holidays.

    Raises:
        CatalogError: Every problem, each `path: message`.
    """
    if not (content_dir / HOLIDAYS).is_file():
        return HolidayCalendar({})
    reader = DocumentReader(content_dir)
    document = reader.read(HOLIDAYS, "holidays")
    reader.raise_problems()
    try:
        years = {y["year"]: HolidayYear(y) for y in document["years"]}
    except ValueError as err:
        reader.raise_problems([f"{HOLIDAYS}: {err}"])
        raise
    return HolidayCalendar(years)


def load_policy(content_dir: Path) -> tuple[TimePolicy, OfficeHours]:
    """Reads `deadlines.yml`; without the file the built-in values count.

    Raises:
        CatalogError: Every problem, each `path: message`.
    """
    if not (content_dir / DEADLINES).is_file():
        return TimePolicy(), None
    reader = DocumentReader(content_dir)
    document = reader.read(DEADLINES, "deadlines")
    reader.raise_problems()
    hours = tuple(
        (time.fromisoformat(start), time.fromisoformat(end))
        for start, end in document["office_hours"]
    )
    edges = [edge for span in hours for edge in span]
    problems = []
    if edges != sorted(set(edges)):
        problems.append(f"{DEADLINES}: office_hours: not in order")
    if document["yellow"] >= document["red"]:
        problems.append(f"{DEADLINES}: yellow must come before red")
    if document["remind_hours"] != sorted(document["remind_hours"]):
        problems.append(f"{DEADLINES}: remind_hours: not in order")
    reader.raise_problems(problems)
    return _policy(document), hours


def _policy(document: Mapping[str, Any]) -> TimePolicy:
    upper = document["upper_tier"]
    same = (
        "urgent_interim_hours",
        "yellow",
        "red",
        "max_returns",
        "max_extension_days",
        "max_pause_days",
        "progress_over_workdays",
        "progress_after_workdays",
        "confirm_hours",
        "late_answer_days",
    )
    younger = {
        name: document[name] for name in ("merge_within_days",) if name in document
    }
    return TimePolicy(
        respond_hours=MappingProxyType(document["respond_hours"]),
        resolve=MappingProxyType(
            {
                urgency: Limit(limit["n"], limit["unit"] == "workday")
                for urgency, limit in document["resolve"].items()
            }
        ),
        interim_hours=MappingProxyType(document["interim_hours"]),
        acknowledge_minutes=MappingProxyType(document["acknowledge_minutes"]),
        upper_tier=Limit(upper["hours"]),
        upper_tier_workdays=Limit(upper["workdays"], in_workdays=True),
        remind_hours=tuple(document["remind_hours"]),
        **{name: document[name] for name in same},
        **younger,
    )


class DeadlineFiles:
    """Policy and working time of a content folder; both follow edits."""

    def __init__(self, content_dir: Path, *, check_every_s: float = 1.0) -> None:
        """Nothing is read yet.

        Args:
            content_dir: The content folder.
            check_every_s: How often the files' times are looked at.
        """
        self._watched: Watched[tuple[TimePolicy, WorkTime]] = Watched(
            lambda: load_deadlines(content_dir),
            lambda: [
                path
                for path in (content_dir / DEADLINES, content_dir / HOLIDAYS)
                if path.is_file()
            ],
            name="deadlines",
            check_every_s=check_every_s,
        )

    def current(self) -> tuple[TimePolicy, WorkTime]:
        """Returns both as the files say now; a broken edit changes nothing.

        Raises:
            CatalogError: The first load failed.
        """
        return self._watched.current()


def load_deadlines(content_dir: Path) -> tuple[TimePolicy, WorkTime]:
    """Reads policy and working time.

    Raises:
        CatalogError: Every problem, each `path: message`.
    """
    policy, hours = load_policy(content_dir)
    is_workday: Callable[[date], bool] = load_calendar(content_dir).is_workday
    work = WorkTime(is_workday) if hours is None else WorkTime(is_workday, hours)
    return policy, work
