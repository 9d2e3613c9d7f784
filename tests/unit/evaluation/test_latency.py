import os
from itertools import count

import numpy as np
import pytest
import torch

from archfront.core.platform import Platform
from archfront.evaluation import latency as protocol
from archfront.evaluation.latency import Turn, Turns, latencies, take_turn

pytestmark = pytest.mark.xdist_group("latency")


HERE = Platform("here")


class Layer(torch.nn.Linear):
    """As slow as ``milliseconds``, on the scripted clock."""

    def __init__(self, milliseconds):
        super().__init__(2, 2)
        self.milliseconds = milliseconds


@pytest.fixture
def scripted(monkeypatch):
    """Turns of a machine whose speed drifts, by their number; whether they are clean; by the wall
    clock so many times slower than by the CPU's."""

    def script(slow=lambda n: 1.0, clean=lambda n: True, stalled=1.0, noise=0.0):
        numbers, random = count(), np.random.default_rng(1)

        def turn(run, calls, platform):
            number = next(numbers)
            seconds = run.milliseconds / 1e3 * slow(number) * (1 + noise * random.normal())
            return Turn(seconds * stalled, seconds, calls, calls if clean(number) else 0)

        def ready(subnetwork, inputs, platform):
            run = subnetwork.forward
            holder = type("Run", (), {"__call__": lambda self: None})()
            holder.milliseconds = subnetwork.milliseconds
            return holder if run else None

        monkeypatch.setattr(protocol, "take_turn", turn)
        monkeypatch.setattr(protocol, "inference", ready)

    return script


def measured(milliseconds, seconds=5.0, precision=0.01, reference=7.0, platform=HERE):
    layers = [Layer(m) for m in milliseconds]
    what = layers, [()] * len(layers), Layer(2.0), ()
    readings = latencies(*what, reference, platform, seconds, precision)
    return [*readings]


def test_a_latency_is_relative_to_the_reference_network(scripted):
    scripted()
    values = [reading.value for reading in measured([1.0, 3.0], reference=7.0)]
    assert values == pytest.approx([3.5, 10.5])  # the reference takes 2 ms here, 7 ms by the store


def test_the_reference_has_all_its_time_however_long_the_warm_up(scripted, monkeypatch):
    scripted()
    warm_up, clock = protocol.warm_up, count()
    monkeypatch.setattr(protocol.time, "monotonic", lambda: next(clock) / 10)

    def slow_warm_up(run, platform):
        for _ in range(100):
            next(clock)
        return warm_up(run, platform)

    monkeypatch.setattr(protocol, "warm_up", slow_warm_up)
    reading = protocol.time_reference(Layer(2.0), (), HERE)
    assert reading.value == pytest.approx(2.0)
    assert reading.detail["rounds"] > 2 * protocol.FEWEST_ROUNDS


def test_what_slows_the_whole_machine_cancels(scripted):
    scripted(slow=lambda n: 1 + n / 50)
    values = [reading.value for reading in measured([1.0, 3.0, 5.0], reference=2.0)]
    assert values == pytest.approx([1.0, 3.0, 5.0], rel=0.01)


def test_half_the_confidence_interval_by_hand():
    """The second and the ninth of ten ratios are the ends of the interval: the median lies below
    the second with a probability of (1 + 10) / 2^10, about 1 %, and below the third with one of
    about 5 %."""
    turns = Turns(single=True)
    for ratio in (4, 9, 1, 7, 10, 3, 6, 2, 8, 5):
        turns.add(Turn(1.0, 1.0, 3, 3), Turn(float(ratio), 0.5, 3, 3), Turn(1.0, 1.0, 3, 3))
    assert turns.half_interval() == pytest.approx((9 - 2) / 2 / 5.5)


def test_rounds_end_when_the_interval_is_narrow_or_the_time_is_up(scripted):
    scripted()
    (exact,) = measured([1.0])
    assert exact.detail["rounds"] == protocol.FEWEST_ROUNDS and exact.spread == 0
    scripted(noise=0.05)
    (noisy,) = measured([1.0], precision=0.02)
    assert noisy.detail["rounds"] > protocol.FEWEST_ROUNDS
    assert 0 < noisy.spread <= 0.02 * noisy.value
    (hurried,) = measured([1.0], seconds=1e-9, precision=1e-9)
    assert hurried.detail["rounds"] == protocol.FEWEST_ROUNDS and hurried.detail["calls"] == 6


def test_without_clean_calls_the_estimate_rests_on_cpu_time(scripted):
    scripted()
    (clean,) = measured([3.0], reference=2.0)
    assert clean.detail["clock"] == "wall"
    scripted(clean=lambda n: False, stalled=9.0)
    (starved,) = measured([3.0], reference=2.0)
    assert starved.detail["clock"] == "cpu" and starved.value == pytest.approx(3.0)
    assert starved.detail["wall_ms"] == pytest.approx(27.0)


@pytest.mark.parametrize("starved", [100, 200])
def test_what_stands_beside_a_starved_reference_does_not_count(scripted, starved):
    """The warm-up has 2 turns, a round 3: the reference, a sub-network, the reference again."""
    two = Platform("two", threads=2)

    def waits(n):
        return n < starved and (n - 2) % 3 != 1

    scripted(slow=lambda n: 5.0 if waits(n) else 1.0, clean=lambda n: not waits(n))
    (reading,) = measured([3.0], reference=2.0, platform=two)
    assert reading.value == pytest.approx(3.0) and reading.detail["clock"] == "wall"
    assert reading.detail["clean_rounds"] == protocol.FEWEST_ROUNDS
    assert reading.detail["rounds"] > starved // 3


def test_clean_rounds_are_waited_for_but_not_forever(scripted, monkeypatch, capsys):
    clock = count()
    monkeypatch.setattr(protocol.time, "monotonic", lambda: next(clock))
    scripted(clean=lambda n: False)
    (reading,) = measured([3.0], 10.0, reference=2.0, platform=Platform("two", threads=2))
    assert reading.detail["clean_rounds"] == 0 and reading.value == pytest.approx(3.0)
    assert reading.detail["rounds"] == protocol.PATIENCE * 10
    told = capsys.readouterr().err
    assert told.startswith("warning: latency on two: 1 of 1 sub-networks found no quiet moment")


def test_a_reference_without_a_core_is_left_out_of_its_latency(scripted):
    scripted(slow=lambda n: 1 + n % 2, clean=lambda n: n % 2 == 0)
    assert protocol.time_reference(Layer(2.0), (), HERE).value == pytest.approx(2.0)


@pytest.mark.skipif(not os.path.exists("/proc/self/schedstat"), reason="the kernel does not tell")
def test_a_thread_that_waits_for_its_core_is_noticed():
    from hashlib import pbkdf2_hmac
    from threading import Thread

    def work(rounds=100_000):
        pbkdf2_hmac("sha256", b"a", b"b", rounds)

    two = Platform("two", threads=2, cores=[min(os.sched_getaffinity(0))])
    with two.pinned():
        other = Thread(target=work, args=(1_000_000,))
        other.start()
        _, _, preempted = protocol.on_processor(work, two)
        other.join()
    assert preempted


def test_preempted_calls_are_repeated_and_left_out(monkeypatch):
    calls = iter([(9.0, 1.0, True), (2.0, 1.0, False), (8.0, 1.0, True), (3.0, 1.0, False)])
    monkeypatch.setattr(protocol, "on_processor", lambda run, platform: next(calls))
    assert take_turn(None, 2, HERE) == Turn(2.0, 1.0, 4, 2)
    always = iter([(9.0 - n, 1.0, True) for n in range(9)])
    monkeypatch.setattr(protocol, "on_processor", lambda run, platform: next(always))
    assert take_turn(None, 2, HERE) == Turn(4.0, 1.0, 6, 0)


def test_a_busy_and_an_idle_call_are_told_apart():
    """A call that sleeps has wall time without CPU time: the processor was away."""
    import time

    wall, cpu, preempted = protocol.on_processor(lambda: time.sleep(0.02), HERE)
    assert wall >= 0.02 > cpu and preempted
