"""The arithmetic of the load benchmark: which rate holds, and what is told of it."""

from benchmarks.wechat_load import Step, describe, row

MACHINE = {"cores": 2}


def step(per_second=20.0, answered=20.0, times=(0.1,) * 200, **more):
    return Step(
        2, per_second, answered, list(times), len(times), cpu_ms={"worker": 9.0}, **more
    )


def test_a_rate_holds_where_all_is_answered_within_a_second():
    assert step().holds
    assert not step(answered=18.0).holds
    assert not step(times=(0.1,) * 190 + (1.5,) * 10).holds
    assert not step(n_lost=1).holds


def test_a_row_tells_times_in_milliseconds_and_the_passive_share():
    assert row(step()) == ["2", "20", "20", "100 / 100 / 100 / 100", "100.0%", "9.0"]
    assert row(step(), "worker killed")[0] == "2, worker killed"


def test_the_best_rate_is_the_highest_that_held():
    steps = [step(20.0), step(120.0, 119.0), step(150.0, 90.0)]
    result = describe(steps, {"worker killed": step()}, MACHINE)
    assert [aim.is_met for aim in result.aims] == [True] * 5
    assert result.aims[0].measured == "120"


def test_what_is_missed_is_said():
    bad = step(20.0, 5.0, times=(9.0,) * 20, n_errors=1, n_lost=2)
    result = describe([bad], {"model changed": bad}, MACHINE)
    assert not any(aim.is_met for aim in result.aims)
