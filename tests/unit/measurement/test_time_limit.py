import os
import signal
import subprocess
import sys
import threading
import time

import pytest

from archfront.measurement.time_limit import TICKS, time_limit

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


def test_the_limit_is_the_sum_of_its_alarms():
    with time_limit(1000):
        left, interval = signal.getitimer(signal.ITIMER_REAL)
        assert 0 < left <= interval and interval * TICKS == pytest.approx(1000)


def test_after_the_limit_no_alarm_comes():
    with pytest.raises(TimeoutError), time_limit(SHORT):
        try:
            sleep()
        finally:
            time.sleep(3 * SHORT)


def test_compiled_code_that_returns_late_is_interrupted_when_it_returns():
    """Python calls no handler during this sum, which takes longer than all alarms."""
    with pytest.raises(TimeoutError), time_limit(SHORT):
        sum(range(2 * 10**7))
        time.sleep(SHORT / 4)


STOPPED = """
import sys, time
from archfront.measurement.time_limit import TICKS, time_limit
with time_limit(1.0):
    print("ready", flush=True)
    sys.stdin.readline()
"""


def test_time_in_which_the_process_is_stopped_does_not_count():
    process = subprocess.Popen(
        [sys.executable, "-c", STOPPED], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip
    assert process.stdout.readline() == "ready\n"
    process.send_signal(signal.SIGSTOP)
    time.sleep(2)
    process.send_signal(signal.SIGCONT)
    process.communicate("\n", timeout=20)
    assert process.returncode == 0


def test_the_descriptor_for_signals_is_as_before():
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    before = signal.set_wakeup_fd(writer)
    with time_limit(1000):
        pass
    assert signal.set_wakeup_fd(before) == writer
    os.close(reader)
    os.close(writer)


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
