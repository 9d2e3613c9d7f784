"""Latency of extracted sub-networks on a machine that others use, too.

Protocol 3. In each round the sub-networks of a chunk take turns, in a new random order; before and
after each turn a *reference network* takes one. A turn is a few calls one after the other, those
during which the process was preempted repeated, and counts with the fastest: interference only ever
adds time. What slows the machine for longer than a turn (a neighbour, a lower clock) slows the two
references beside it as well, so each turn counts relative to their mean. The estimate is the median
of these ratios over the rounds, times the reference network's own latency, which is measured once
per platform and super-network and kept in the store: values taken in different jobs, hours apart,
share it and can be compared.

A round counts for a sub-network only if its turn and both references had a clean call: a reference
that waited for a core would make what stands beside it look fast. Rounds go on until enough of them
count and the 95 % confidence interval of each median is narrow enough, or the time is up; for want
of clean rounds, :data:`PATIENCE` times as long. If there are hardly any, all count, with a warning.

Two clocks: wall time is latency. Where nearly every call of a single-threaded sub-network is
preempted (calls longer than a time slice on a busy machine), the ratios are those of the thread's
CPU time instead. Both are stored, and which one the estimate rests on. On a GPU the clock is that
of CUDA's events; a call is preempted there if the process is while it launches the work.
"""

import os
import resource
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch

from archfront.core.platform import Platform
from archfront.core.supernet import Reading
from archfront.evaluation.runtime import inference

CALLS = 3
"""Most calls that a turn needs; fewer where a call takes long."""
PATIENCE = 3
"""Calls that a turn may take for each that it needs, to replace preempted ones; and how many times
the time limit may pass until there are enough clean rounds."""
FEWEST_ROUNDS = 6
"""The range of 6 values covers their median with 97 %."""
WAITING = 0.02
"""Share of a call that its threads together may wait for a core."""
WARM_UP_CALLS = 3
REFERENCE_SECONDS = 2.0


@dataclass
class Turn:
    """Fastest clean call by each clock, in seconds; of all calls where none was clean."""

    wall: float
    cpu: float
    calls: int
    clean: int


@dataclass
class Turns:
    """A sub-network's turns, and the means (wall, CPU) of the two references beside each."""

    single: bool
    """Of one thread on a processor, whose CPU time can stand in for wall time."""
    own: list[Turn] = field(default_factory=list)
    beside: list[tuple[float, float]] = field(default_factory=list)
    clean: list[bool] = field(default_factory=list)
    """Whether each of the three turns had a clean call."""

    def add(self, before: Turn, own: Turn, after: Turn) -> None:
        self.own.append(own)
        self.beside.append(((before.wall + after.wall) / 2, (before.cpu + after.cpu) / 2))
        self.clean.append(min(before.clean, own.clean, after.clean) > 0)

    def clock(self) -> str:
        """Which clock the estimate rests on: "wall", but "cpu" where a single thread had no clean
        call in most turns."""
        starved = np.mean([turn.clean > 0 for turn in self.own]) < 0.5
        return "cpu" if self.single and starved else "wall"

    def missing(self) -> int:
        """How many more rounds must count; by CPU time all do."""
        return 0 if self.clock() == "cpu" else max(0, FEWEST_ROUNDS - sum(self.clean))

    def disturbed(self) -> bool:
        """Whether too few rounds count to have a median, and so all do."""
        return self.missing() > FEWEST_ROUNDS // 2

    def ratios(self) -> np.ndarray:
        """Own time over the reference's, of each round that counts."""
        place = ("wall", "cpu").index(self.clock())
        own = np.array([(turn.wall, turn.cpu)[place] for turn in self.own])
        found = own / np.array([pair[place] for pair in self.beside])
        return found if place or self.disturbed() else found[self.clean]

    def half_interval(self) -> float:
        """Half the 95 % confidence interval of the median ratio, as a share of it: order
        statistics, without an assumption about the distribution."""
        from scipy.stats import binom

        ratios = np.sort(self.ratios())
        below = max(0, int(binom.ppf(0.025, len(ratios), 0.5)) - 1)
        return float((ratios[-1 - below] - ratios[below]) / 2 / np.median(ratios))


@torch.inference_mode()
def latencies(
    subnetworks: list[torch.nn.Module],
    shapes: list[tuple[int, ...]],
    reference: torch.nn.Module,
    reference_shape: tuple[int, ...],
    reference_latency: float,
    platform: Platform,
    seconds: float,
    precision: float,
) -> Iterator[Reading]:
    """Milliseconds per batch of its shape for each sub-network; lower is better.

    reference_latency: of the reference network on this platform, see :func:`time_reference`.
    seconds:           time limit per sub-network, its references included; at least
                       :data:`FEWEST_ROUNDS` rounds are taken, and more where they are not clean.
    precision:         share of the estimate that half the 95 % confidence interval may have.

    The spread is half of that interval. RuntimeError if torch does not take the platform's threads.
    """
    with _provided(platform):
        started = time.time()
        yardstick = inference(reference, reference_shape, platform)
        runs = [
            inference(subnetwork, shape, platform)
            for subnetwork, shape in zip(subnetworks, shapes, strict=True)
        ]
        once = [_warm_up(run, platform) for run in runs]
        calls = max(1, min(CALLS, int(seconds / FEWEST_ROUNDS / 2 / max(once))))
        _warm_up(yardstick, platform)
        single = platform.threads == 1 and platform.device == "cpu"
        results = [Turns(single) for _ in runs]
        begin, limit = time.monotonic(), seconds * len(runs)
        order, waiting, rounds, passed = np.random.default_rng(0), list(range(len(runs))), 0, 0.0
        while waiting and (rounds < FEWEST_ROUNDS or passed < PATIENCE * limit):
            before = take_turn(yardstick, calls, platform)
            for place in order.permutation(waiting):
                own = take_turn(runs[place], calls, platform)
                after = take_turn(yardstick, calls, platform)
                results[place].add(before, own, after)
                before = after
            rounds, passed = rounds + 1, time.monotonic() - begin
            if rounds >= FEWEST_ROUNDS:
                waiting = [
                    place
                    for place in waiting
                    if results[place].missing()
                    or (passed < limit and results[place].half_interval() > precision)
                ]
        finished = time.time()
        load = os.getloadavg()[0]
    disturbed = sum(turns.disturbed() for turns in results)
    if disturbed:
        print(
            f"warning: latency on {platform.name}: {disturbed} of {len(runs)} sub-networks found "
            f"no quiet moment; something else keeps this host busy (load {load:.1f}), and their "
            "order is not to be trusted",
            file=sys.stderr,
        )
    for turns in results:
        yield _reading(turns, reference_latency, platform, load, started, finished, len(runs))


def _reading(
    turns: Turns,
    reference_latency: float,
    platform: Platform,
    load: float,
    started: float,
    finished: float,
    together: int,
) -> Reading:
    """The estimate, and what a reader wants to know of how it came about."""
    estimate = float(np.median(turns.ratios())) * reference_latency
    return Reading(
        estimate,
        turns.half_interval() * estimate,
        started=started,
        finished=finished,
        detail={
            "clock": "cuda events" if platform.device != "cpu" else turns.clock(),
            "rounds": len(turns.own),
            "clean_rounds": sum(turns.clean),
            "calls": sum(turn.calls for turn in turns.own),
            "clean_calls": sum(turn.clean for turn in turns.own),
            "wall_ms": 1e3 * float(np.median([turn.wall for turn in turns.own])),
            "cpu_ms": 1e3 * float(np.median([turn.cpu for turn in turns.own])),
            "reference_wall_ms": 1e3 * float(np.median([wall for wall, _ in turns.beside])),
            "reference_ms": reference_latency,
            "load": load,
            "together": together,
        },
    )


@torch.inference_mode()
def time_reference(
    reference: torch.nn.Module, shape: tuple[int, ...], platform: Platform
) -> Reading:
    """Latency of the reference network by itself, in milliseconds: what all others are scaled with.

    Turns for about :data:`REFERENCE_SECONDS`; the estimate is the lower quartile of those that had
    a clean call (of all where none had), the spread their interquartile range.
    """
    with _provided(platform):
        started = time.time()
        run = inference(reference, shape, platform)
        _warm_up(run, platform)  # may take longer than all that follows: kernels are chosen in it
        turns: list[Turn] = []
        begin = time.monotonic()
        while len(turns) < FEWEST_ROUNDS or time.monotonic() - begin < REFERENCE_SECONDS:
            turns.append(take_turn(run, CALLS, platform))
        clean = [turn for turn in turns if turn.clean]
        low, high = 1e3 * np.quantile([turn.wall for turn in clean or turns], [0.25, 0.75])
        load = os.getloadavg()[0]
    return Reading(
        float(low),
        float(high - low),
        started=started,
        finished=time.time(),
        detail={"rounds": len(turns), "clean_rounds": len(clean), "load": load},
    )


def take_turn(run: Callable[[], object], calls: int, platform: Platform) -> Turn:
    """So many clean calls, or what can be had with patience."""
    timed = _on_processor if platform.device == "cpu" else _on_gpu
    taken = []
    clean = 0
    while clean < calls and len(taken) < PATIENCE * calls:
        taken.append(timed(run, platform))
        clean += not taken[-1][2]
    best = [call for call in taken if not call[2]] or taken
    wall, cpu = np.array([call[:2] for call in best]).min(axis=0)
    return Turn(float(wall), float(cpu), len(taken), clean)


def _on_processor(run: Callable[[], object], platform: Platform) -> tuple[float, float, bool]:
    """Wall time and CPU time per thread of a call in seconds, and whether it was preempted."""
    single = platform.threads == 1
    who = resource.RUSAGE_THREAD if single else resource.RUSAGE_SELF
    clock = time.thread_time if single else time.process_time
    waited = 0.0 if single else _waited()
    switches = resource.getrusage(who).ru_nivcsw
    cpu, wall = clock(), time.perf_counter()
    run()
    wall, cpu = time.perf_counter() - wall, (clock() - cpu) / platform.threads
    preempted = resource.getrusage(who).ru_nivcsw > switches
    if single:
        # A host under another host: time that the processor was away without a context switch.
        preempted |= wall - cpu > 0.1 * wall
    else:
        # A thread that is woken while its core is taken is not preempted, but waits.
        preempted |= _waited() - waited > WAITING * wall
    return wall, cpu, preempted


def _waited() -> float:
    """Seconds that the threads of this process have been ready to run and waited for a core; 0
    where the kernel does not tell."""
    try:
        told = [(thread / "schedstat").read_text() for thread in Path("/proc/self/task").iterdir()]
    except OSError:
        return 0.0
    return sum(int(one.split()[1]) for one in told) / 1e9


def _on_gpu(run: Callable[[], object], platform: Platform) -> tuple[float, float, bool]:
    """As above, wall time by CUDA's events. CPU time is that of launching the work: at a batch of
    one it may be all there is, so the process must not be preempted in it."""
    with torch.cuda.device(platform.device):
        begin, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
        switches = resource.getrusage(resource.RUSAGE_THREAD).ru_nivcsw
        cpu = time.thread_time()
        begin.record()
        run()
        end.record()
        cpu = time.thread_time() - cpu
        preempted = resource.getrusage(resource.RUSAGE_THREAD).ru_nivcsw > switches
        end.synchronize()
        return begin.elapsed_time(end) / 1e3, cpu, preempted


def _warm_up(run: Callable[[], object], platform: Platform) -> float:
    """Seconds that a call takes, once everything is in place."""
    for _ in range(WARM_UP_CALLS):
        run()
    return take_turn(run, 1, platform).wall


def _provided(platform: Platform):
    """The platform's cores and threads; torch's threads stay as they are set."""
    torch.set_num_threads(platform.threads)
    if torch.get_num_threads() != platform.threads:
        raise RuntimeError(f"torch runs {torch.get_num_threads()} threads, not {platform.threads}")
    return platform.pinned()
