"""Every example of the protocol is read as what it is, or refused for what is wrong."""

import json
from collections.abc import Callable
from itertools import chain
from typing import Any

from adapters.wechat.errors import MalformedPushError, error_of
from adapters.wechat.parse import parse_push
from adapters.wecom.callbacks import parse_callback
from adapters.wecom.errors import wecom_error_of
from tests.wechat_corpus import OUTCOMES, body_of, cases, files, needs_corpus

pytestmark = needs_corpus
COMPANY_CODES = range(60_000, 90_000)


def outcome_of(read: Callable[[bytes], Any], body: bytes) -> str:
    """Returns class and event, or what is refused and why."""
    try:
        found = read(body)
    except MalformedPushError as err:
        return f"refused: {err}"
    event = getattr(found, "event", "")
    return f"{type(found).__name__} {event}".strip()


def test_every_file_has_an_outcome_and_every_outcome_a_file():
    assert set(chain.from_iterable(OUTCOMES.values())) == files()


@cases("inbound")
def test_pushes_of_the_account(name, outcome):
    assert outcome_of(parse_push, body_of(name)) == outcome["push"]


@cases("inbound")
def test_callbacks_of_the_company(name, outcome):
    assert outcome_of(parse_callback, body_of(name)) == outcome["callback"]


@cases("errors")
def test_errors_are_classified_by_their_code(name, outcome):
    found = {}
    for document in json.loads(body_of(name)):
        is_company = document["errcode"] in COMPANY_CODES
        error = (wecom_error_of if is_company else error_of)(document, "call")
        found[document["errcode"]] = type(error).__name__ if error else "no error"
    assert found == outcome
