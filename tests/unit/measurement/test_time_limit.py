import signal
import threading
import time

import pytest

from archfront.measurement.time_limit import time_limit

SHORT = 0.02


@pytest.fixture(autouse=True)
def no_alarm_is_left():
    """After each test no timer runs, and the signal has the handler that it had before the block.
    Outside a block, the alarm is an error of the test."""

    def rung(*_):
        raise AssertionError("the alarm rang outside the block")

    before = signal.signal(signal.SIGALRM, rung)
    yield
    left = signal.setitimer(signal.ITIMER_REAL, 0)
    after = signal.signal(signal.SIGALRM, before)
    assert left == (0, 0) and after is rung


def sleep():
    time.sleep(30)


def wait():
    threading.Event().wait(30)


def compute():
    began = time.monotonic()
    while time.monotonic() < began + 30:
        sum(range(1000))


@pytest.mark.parametrize("hang", [sleep, wait, compute])
def test_what_hangs_is_interrupted(hang):
    began = time.monotonic()
    message = r"^no answer within 0\.02 seconds \(measurement\.time_limit\)$"
    with pytest.raises(TimeoutError, match=message), time_limit(SHORT):
        hang()
    assert SHORT <= time.monotonic() - began < 20


def test_a_block_that_ends_in_time_ends_the_limit():
    with time_limit(1000):
        pass
    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)


def test_an_error_in_the_block_ends_the_limit():
    with pytest.raises(ZeroDivisionError), time_limit(1000):
        raise ZeroDivisionError
    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)


def test_without_a_limit_there_is_no_alarm():
    with time_limit(None):
        assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)


def test_the_alarm_comes_once_and_not_before_the_limit():
    with time_limit(1000):
        left, interval = signal.getitimer(signal.ITIMER_REAL)
        assert 900 < left <= 1000 and interval == 0


def test_in_another_thread_nothing_happens():
    found = []

    def limited():
        with time_limit(SHORT):
            found.append(signal.getitimer(signal.ITIMER_REAL))

    thread = threading.Thread(target=limited)
    thread.start()
    thread.join()
    assert found == [(0, 0)]


def test_the_inner_one_of_two_limits_holds_within_its_block():
    message = r"within 0\.02 seconds"
    with time_limit(1000), pytest.raises(TimeoutError, match=message), time_limit(SHORT):
        sleep()
