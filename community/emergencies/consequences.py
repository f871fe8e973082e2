"""Which alarm follows from another one: who breathed gas faints, who was beaten bleeds."""

from __future__ import annotations

ILLNESS = ("medical", "matter/elder_welfare_check")
"""Alarms for somebody who is ill or hurt."""
THREATENED = ("violence_home", "crime", "matter/domestic_violence")
CASES_OF_ILL = {
    **dict.fromkeys(("gas", "matter/gas_safety", "fire"), "fumes"),
    "missing": "cold",
}
"""Case of the first aid for who has come to harm, by the rule of the alarm."""
_OTHER_AFFAIRS = ("fraud_now", "self_harm", "matter/fraud_clue")
"""What nobody falls ill of; a wish to die has words of its own."""


def follows(alarm: str, before: str | None) -> bool:
    """Tells whether an alarm is more of what was told before it.

    Args:
        alarm: Rule of the new alarm.
        before: Rule of the alarm that is out; `None` where none is.
    """
    if before is None:
        return False
    if alarm in ILLNESS:
        return before not in _OTHER_AFFAIRS
    return alarm in THREATENED and before in THREATENED
