"""Quiet hours: when people are not disturbed by what can wait."""

import re
from dataclasses import dataclass
from datetime import datetime, time

from community.calendar import CHINA
from community.errors import ConfigurationError

_NONE = ("99",) * 4
_HOURS = re.compile(r"(\d{2}):(\d{2})-(\d{2}):(\d{2})")


@dataclass(frozen=True, slots=True)
class QuietHours:
    """A span of each day in China's time; it may pass midnight."""

    begin: time
    end: time

    @classmethod
    def parse(cls, text: str) -> "QuietHours | None":
        """Reads `21:00-07:00`; empty means that there are none.

        Raises:
            ConfigurationError: The text is malformed, or the span is empty.
        """
        if not text:
            return None
        match = _HOURS.fullmatch(text)
        begin_h, begin_m, end_h, end_m = map(int, match.groups() if match else _NONE)
        try:
            hours = cls(time(begin_h, begin_m), time(end_h, end_m))
        except ValueError as err:
            raise ConfigurationError(
                f"QUIET_HOURS: expected HH:MM-HH:MM, found {text!r}"
            ) from err
        if hours.begin == hours.end:
            raise ConfigurationError("QUIET_HOURS: begin and end are the same")
        return hours

    def contains(self, instant: datetime) -> bool:
        """Tells whether an instant lies within; the end does not belong to it."""
        local = instant.astimezone(CHINA).time()
        if self.begin < self.end:
            return self.begin <= local < self.end
        return local >= self.begin or local < self.end
