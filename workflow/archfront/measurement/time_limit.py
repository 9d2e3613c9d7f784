"""A time limit for measurements that hang."""

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType

TICKS = 20
"""Number of alarms of a limit."""


@contextmanager
def time_limit(seconds: float | None) -> Iterator[None]:
    """Raise TimeoutError inside the block after ``seconds``.

    Without a limit (None), and in any thread but the main thread, nothing happens. The alarm of the
    operating system interrupts sleeping, waiting and Python code. It interrupts a loop in compiled
    code of a library only when that loop returns to Python.

    Time in which the process is stopped (SIGSTOP, a suspended machine) does not count. The limit is
    therefore divided into :data:`TICKS` alarms: of all alarms during a stop the process gets one.
    Compiled code does not lose alarms, because Python's own handler counts each at once, as a byte
    in a pipe (``signal.set_wakeup_fd``).
    """
    if seconds is None or threading.current_thread() is not threading.main_thread():
        yield
        return
    reader, writer = os.pipe()
    os.set_blocking(reader, False)
    os.set_blocking(writer, False)
    ticks = 0

    def ring(number: int, frame: FrameType | None) -> None:
        nonlocal ticks
        with suppress(BlockingIOError):  # an earlier call of this function has read all
            ticks += os.read(reader, 4096).count(signal.SIGALRM)
        if ticks >= TICKS:
            signal.setitimer(signal.ITIMER_REAL, 0)
            raise TimeoutError(f"no answer within {seconds:g} seconds (measurement.time_limit)")

    before = signal.signal(signal.SIGALRM, ring)
    woken = signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    signal.setitimer(signal.ITIMER_REAL, seconds / TICKS, seconds / TICKS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.set_wakeup_fd(woken)
        signal.signal(signal.SIGALRM, before)
        os.close(reader)
        os.close(writer)
