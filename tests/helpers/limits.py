"""Limits of time for tests of what might wait for ever."""

import signal
from contextlib import contextmanager


class Waited(BaseException):
    """No test and no code under test catches it."""


def _ring(*_):
    raise Waited


@contextmanager
def at_most(seconds):
    """Raise :class:`Waited` in the block after so many seconds."""
    before = signal.signal(signal.SIGALRM, _ring)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
