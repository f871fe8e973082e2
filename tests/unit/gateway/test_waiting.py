"""Under overload deliveries are acknowledged early, until answers come in time again."""

from gateway.waiting import PROBE_EVERY, SHORT_S, WaitingTime


def overloaded() -> WaitingTime:
    waiting = WaitingTime()
    for _ in range(100):
        waiting.note(is_late=True, was_short=False)
    return waiting


def test_normally_a_delivery_waits_its_own_time():
    waiting = WaitingTime()
    for n in range(100):
        waiting.note(is_late=n % 2 == 0, was_short=False)
        assert waiting.limit_s() is None


def test_a_burst_of_late_answers_is_no_overload_yet():
    waiting = WaitingTime()
    for _ in range(20):
        waiting.note(is_late=True, was_short=False)
    assert not waiting.is_overloaded


def test_under_overload_only_some_wait_their_whole_time():
    waiting = overloaded()
    limits = [waiting.limit_s() for _ in range(2 * PROBE_EVERY)]
    assert limits.count(None) == 2
    assert set(limits) == {None, SHORT_S}


def test_a_short_wait_in_vain_keeps_nothing_up_and_proves_nothing():
    waiting = overloaded()
    for _ in range(5):
        waiting.note(is_late=False, was_short=False)
    assert not waiting.is_overloaded
    for _ in range(100):
        waiting.note(is_late=True, was_short=True)
    assert not waiting.is_overloaded


def test_answers_in_time_end_it():
    waiting = overloaded()
    n = 0
    while waiting.is_overloaded:
        waiting.note(is_late=False, was_short=True)
        n += 1
    assert n < 10
