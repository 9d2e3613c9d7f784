import multiprocessing
import time

import pytest

from archfront.measurement import host_lock

pytestmark = pytest.mark.xdist_group("latency")


def hold(kind, seconds, intervals):
    with getattr(host_lock, kind)():
        begin = time.monotonic()
        time.sleep(seconds)
        intervals.append((kind, begin, time.monotonic()))


def test_alone_is_alone_and_busy_is_together():
    context = multiprocessing.get_context("fork")
    with context.Manager() as manager:
        intervals = manager.list()
        kinds = ["busy", "busy", "alone", "busy", "alone", "busy"]
        jobs = [context.Process(target=hold, args=(kind, 0.15, intervals)) for kind in kinds]
        for job in jobs:
            job.start()
        for job in jobs:
            job.join()
        held = list(intervals)
    assert len(held) == 6
    for kind, begin, end in held:
        others = [other for other in held if other != (kind, begin, end)]
        if kind == "alone":
            assert all(e <= begin or b >= end for _, b, e in others)


def test_a_killed_holder_frees_the_host():
    context = multiprocessing.get_context("fork")
    job = context.Process(target=hold, args=("alone", 60, []))
    job.start()
    time.sleep(0.3)
    job.kill()
    job.join()
    begin = time.monotonic()
    with host_lock.alone():
        assert time.monotonic() - begin < 5
