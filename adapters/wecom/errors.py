"""What WeCom's error codes mean for us, in the classes of `adapters.wechat.errors`."""

from collections.abc import Mapping
from typing import Any

from adapters.wechat.errors import (
    ConfigurationAlarm,
    PermanentError,
    TokenRefusedError,
    UnreachableError,
    WeChatError,
    error_of,
)

_CLASSES: Mapping[type[WeChatError], tuple[int, ...]] = {
    TokenRefusedError: (40001, 40014, 42001, 42009),
    # 60020: our address is not on the app's list; 93000: the robot's key is wrong.
    ConfigurationAlarm: (
        *(40013, 40056, 40091, 41002, 41004, 41011, 48002, 48003, 50001, 50003),
        *(60011, 60020, 93000, 93008, 301002),
    ),
    UnreachableError: (40003, 60111, 81013),
    PermanentError: (
        *(40004, 40005, 40007, 40008, 40029, 40031, 40032, 40033, 40035, 40036),
        *(40058, 41001, 44001, 44004, 45001, 45002, 45004, 45007, 45008, 45024),
        *(45026, 45029, 45032, 46003, 47001, 47003, 72023, 72024, 72025, 86001),
    ),
}
BY_CODE: Mapping[int, type[WeChatError]] = {
    code: cls for cls, codes in _CLASSES.items() for code in codes
}
WAITS_S: Mapping[int, float] = {-1: 2.0, 45009: 60.0, 45011: 60.0, 45033: 10.0}
"""Busy; too often in a minute; too often; too many calls at once."""


def wecom_error_of(document: Mapping[str, Any], call: str) -> WeChatError | None:
    """Returns the typed error of an answer; `None` where it succeeded."""
    return error_of(document, call, BY_CODE, WAITS_S)
