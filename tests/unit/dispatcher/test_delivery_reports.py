"""Reports on templates: any order, any number of times."""

from datetime import timedelta

import pytest

from community.errors import RecordError, StoreUnavailableError
from dispatcher.delivery_reports import WAITS, DeliveryReports
from dispatcher.streams import Entry
from tests.conftest import NOW


class Store:
    """An outbox that knows some messages."""

    def __init__(self, *known: str) -> None:
        self.known = set(known)
        self.settled: list[tuple[str, str]] = []
        self.is_down = False
        self.woken: list[str] = []

    async def settle(self, external_id, failure, *, now, recipient=""):
        if self.is_down:
            raise StoreUnavailableError("down")
        if external_id in self.known:
            self.settled.append((external_id, failure))
        return external_id in self.known

    async def wake(self, recipients, *, now):
        self.woken += recipients
        return len(recipients)


def report(job="4711", failure="", **changes):
    fields = {"v": "1", "job": job, "failure": failure, "at": NOW.isoformat()}
    return Entry(f"{job}-0", {**fields, **changes})


async def test_reports_on_known_messages_are_noted():
    store = Store("1", "2")
    handler = DeliveryReports(store, lambda: NOW)
    entries = [report("1"), report("2", "failed:user block")]
    assert await handler.handle(entries) == ["1-0", "2-0"]
    assert store.settled == [("1", ""), ("2", "failed:user block")]


async def test_a_report_that_is_early_waits_for_its_message():
    store = Store()
    handler = DeliveryReports(store, lambda: NOW + timedelta(seconds=30))
    assert await handler.handle([report("1", "failed")]) == []
    store.known.add("1")
    assert await handler.handle([report("1", "failed")]) == ["1-0"]
    assert store.settled == [("1", "failed")]


async def test_a_permission_wakes_what_was_held_for_the_person():
    store, heard = Store(), []
    handler = DeliveryReports(store, lambda: NOW, lambda: heard.append(1))
    entry = report("", allowed_by="wechat:o1")
    assert await handler.handle([entry]) == [entry.id]
    assert (store.woken, heard, store.settled) == (["wechat:o1"], [1], [])


async def test_a_report_on_nobodys_message_is_given_up():
    handler = DeliveryReports(Store(), lambda: NOW + WAITS + timedelta(seconds=1))
    assert await handler.handle([report("1")]) == ["1-0"]


async def test_reports_stay_while_the_database_is_down():
    store = Store("1")
    store.is_down = True
    with pytest.raises(StoreUnavailableError):
        await DeliveryReports(store, lambda: NOW).handle([report("1")])


@pytest.mark.parametrize("changes", [{"v": "2"}, {"at": "yesterday"}])
async def test_a_malformed_report_is_an_error(changes):
    with pytest.raises(RecordError):
        await DeliveryReports(Store(), lambda: NOW).handle([report(**changes)])
