"""Latency of extracted sub-networks on a machine that is shared with other users.

This is protocol 3. In each round the sub-networks of a chunk take turns in a new random order. A
*reference network* takes a turn before and after each of them. A turn is a few calls one after the
other. A *clean* call is a call in which the process was not preempted. Other calls are repeated.
The time of a turn is its fastest clean call, because interference only adds time. A disturbance
that is longer than a turn (a neighbour, a lower clock) also slows the two reference turns. The time
of a turn is therefore divided by the mean of the two reference turns.

The estimate is the median of these ratios over the rounds, times the latency of the reference
network alone. The latency of the reference network is measured once per platform and super-network
and kept in the store. Values from different jobs share this scale, so they can be compared.

A round counts for a sub-network only if its turn and both reference turns had a clean call. A
reference network that waited for a core would make the sub-network beside it look fast. Rounds go
on until enough of them count and the 95 % confidence interval of each median is narrow enough, or
until the time limit. If clean rounds are missing, the time limit is :data:`PATIENCE` times as long.
If hardly any round is clean, all rounds count, with a warning.

The clock is wall time. A single-threaded sub-network may be preempted in nearly every call (a call
longer than a time slice on a busy machine). Its ratios then use the thread's CPU time. The wall
time, the CPU time and the name of the clock are stored. On a GPU the clock is that of CUDA events,
and a call is preempted if the process is preempted while it launches the kernels.
"""

import os
import resource
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch

from archfront.core.files import read_text
from archfront.core.platform import Platform
from archfront.core.supernet import Reading
from archfront.evaluation.runtime import Inputs, inference

CALLS = 3
"""Largest number of clean calls that a turn needs. It is smaller where a call takes long."""
PATIENCE = 3
"""Factor for two limits. A turn makes at most this many times the calls that it needs, to replace
preempted calls. Rounds go on for at most this many time limits, to find enough clean rounds."""
FEWEST_ROUNDS = 6
"""Smallest number of rounds: the range of 6 values covers the median with a probability of 97 %."""
WAITING = 0.02
"""Share of the wall time of a clean call that its threads together may wait for a core."""
WARM_UP_CALLS = 3
REFERENCE_SECONDS = 2.0


@dataclass
class Turn:
    """Shortest wall time and shortest CPU time of the clean calls, in seconds.

    If no call was clean, the times are the shortest of all calls. ``calls`` and ``clean`` are the
    numbers of all calls and of clean calls.
    """

    wall: float
    cpu: float
    calls: int
    clean: int


@dataclass
class Turns:
    """The turns of a sub-network.

    own:    the sub-network's turn of each round.
    beside: the mean wall time and the mean CPU time of the two reference turns of each round.
    """

    single: bool
    """Whether the sub-network runs on one processor thread: CPU time can replace its wall time."""
    own: list[Turn] = field(default_factory=list)
    beside: list[tuple[float, float]] = field(default_factory=list)
    clean: list[bool] = field(default_factory=list)
    """Whether all three turns of a round had a clean call, for each round."""

    def add(self, before: Turn, own: Turn, after: Turn) -> None:
        self.own.append(own)
        self.beside.append(((before.wall + after.wall) / 2, (before.cpu + after.cpu) / 2))
        self.clean.append(min(before.clean, own.clean, after.clean) > 0)

    def clock(self) -> str:
        """The clock of the estimate: "cpu" if a single-threaded sub-network had no clean call in
        most turns, else "wall"."""
        starved = np.mean([turn.clean > 0 for turn in self.own]) < 0.5
        return "cpu" if self.single and starved else "wall"

    def missing(self) -> int:
        """Number of clean rounds that are still needed; 0 by CPU time, since all rounds count."""
        return 0 if self.clock() == "cpu" else max(0, FEWEST_ROUNDS - sum(self.clean))

    def disturbed(self) -> bool:
        """Whether clean rounds are too few for a median. All rounds then count."""
        return self.missing() > FEWEST_ROUNDS // 2

    def ratios(self) -> np.ndarray:
        """Time of the sub-network over the mean time of the two reference turns beside it, for each
        round that counts: float64 ``n``."""
        place = ("wall", "cpu").index(self.clock())
        own = np.array([(turn.wall, turn.cpu)[place] for turn in self.own])
        found = own / np.array([pair[place] for pair in self.beside])
        return found if place or self.disturbed() else found[self.clean]

    def half_interval(self) -> float:
        """Half the 95 % confidence interval of the median ratio, as a share of the median.

        The interval comes from order statistics, without an assumption about the distribution.
        """
        from scipy.special import bdtrik  # scipy.stats takes a second to import

        ratios = np.sort(self.ratios())
        below = int(np.nan_to_num(bdtrik(0.025, len(ratios), 0.5)))  # NaN for fewer than 6
        return float((ratios[-1 - below] - ratios[below]) / 2 / np.median(ratios))


@torch.inference_mode()
def latencies(
    subnetworks: Sequence[torch.nn.Module],
    inputs: Sequence[Inputs],
    reference: torch.nn.Module,
    reference_inputs: Inputs,
    reference_latency: float,
    platform: Platform,
    seconds: float,
    precision: float,
) -> Iterator[Reading]:
    """Latency of each sub-network in milliseconds per batch of its inputs; lower is better.

    reference_latency: latency of the reference network alone on this platform, in milliseconds
                       (see :func:`time_reference`).
    seconds:           time limit per sub-network, including its reference turns. At least
                       :data:`FEWEST_ROUNDS` rounds are taken. More time is taken while too few
                       rounds are clean, up to :data:`PATIENCE` times the limit.
    precision:         share of the estimate. Rounds end before the time limit when half the 95 %
                       confidence interval is at most this share.

    The spread is half the 95 % confidence interval, in milliseconds. RuntimeError if torch does not
    use the platform's number of threads.
    """
    with _provided(platform):
        started = time.time()
        yardstick = inference(reference, reference_inputs, platform)
        runs = [
            inference(subnetwork, given, platform)
            for subnetwork, given in zip(subnetworks, inputs, strict=True)
        ]
        once = [warm_up(run, platform) for run in runs]
        calls = max(1, min(CALLS, int(seconds / FEWEST_ROUNDS / 2 / max(once))))
        warm_up(yardstick, platform)
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
    """The estimate of a sub-network's latency, its spread, and the details of the measurement."""
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
def time_reference(reference: torch.nn.Module, inputs: Inputs, platform: Platform) -> Reading:
    """Latency of the reference network alone, in milliseconds per batch; lower is better.

    :func:`latencies` scales all other latencies with it. Turns are taken for about
    :data:`REFERENCE_SECONDS`, at least :data:`FEWEST_ROUNDS` of them. The estimate is the lower
    quartile of the turns that had a clean call. The spread is their interquartile range. If no turn
    had a clean call, all turns count.
    """
    with _provided(platform):
        started = time.time()
        run = inference(reference, inputs, platform)
        # Warm-up selects kernels, so it may take longer than all turns: time starts after it.
        warm_up(run, platform)
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
    """Take a turn: run until ``calls`` calls were clean, but make at most :data:`PATIENCE` times
    ``calls`` calls."""
    timed = on_processor if platform.device == "cpu" else on_gpu
    taken: list[tuple[float, float, bool]] = []
    clean = 0
    while clean < calls and len(taken) < PATIENCE * calls:
        taken.append(timed(run, platform))
        clean += not taken[-1][2]
    best = [call for call in taken if not call[2]] or taken
    wall, cpu = np.array([call[:2] for call in best]).min(axis=0)
    return Turn(float(wall), float(cpu), len(taken), clean)


def on_processor(run: Callable[[], object], platform: Platform) -> tuple[float, float, bool]:
    """Wall time and CPU time per thread of a call, in seconds, and whether it was preempted."""
    single = platform.threads == 1
    who = _thread() if single else resource.RUSAGE_SELF
    clock = time.thread_time if single else time.process_time
    waited = 0.0 if single else _waited()
    switches = resource.getrusage(who).ru_nivcsw
    cpu, wall = clock(), time.perf_counter()
    run()
    wall, cpu = time.perf_counter() - wall, (clock() - cpu) / platform.threads
    preempted = resource.getrusage(who).ru_nivcsw > switches
    if single:
        # A hypervisor can take the processor away without a context switch in this system.
        preempted |= wall - cpu > 0.1 * wall
    else:
        # A thread that wakes up while its core is taken waits, without being preempted.
        preempted |= _waited() - waited > WAITING * wall
    return wall, cpu, preempted


def _thread() -> int:
    """Whose context switches are counted: this thread's. macOS does not count them per thread: the
    whole process's."""
    return getattr(resource, "RUSAGE_THREAD", resource.RUSAGE_SELF)


def _waited() -> float:
    """Seconds that the threads of this process were ready to run and waited for a core, summed over
    the threads; 0 where the kernel does not report it."""
    try:
        told = [read_text(thread / "schedstat") for thread in Path("/proc/self/task").iterdir()]
    except OSError:
        return 0.0
    return sum(int(one.split()[1]) for one in told) / 1e9


def on_gpu(run: Callable[[], object], platform: Platform) -> tuple[float, float, bool]:
    """Wall time of a call by CUDA events and CPU time of its launch, in seconds, and whether the
    call was preempted.

    A call is preempted if the thread is preempted while it launches the kernels: at a batch size of
    one, the launch may be the whole latency.
    """
    with torch.cuda.device(platform.device):
        begin, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
        switches = resource.getrusage(_thread()).ru_nivcsw
        cpu = time.thread_time()
        begin.record()
        run()
        end.record()
        cpu = time.thread_time() - cpu
        preempted = resource.getrusage(_thread()).ru_nivcsw > switches
        end.synchronize()
        return begin.elapsed_time(end) / 1e3, cpu, preempted


def warm_up(run: Callable[[], object], platform: Platform) -> float:
    """Make the warm-up calls; return the wall time of a call after them, in seconds."""
    for _ in range(WARM_UP_CALLS):
        run()
    return take_turn(run, 1, platform).wall


def _provided(platform: Platform) -> AbstractContextManager[None]:
    """Context in which the process runs on the platform's cores only.

    Torch's number of threads becomes the platform's and stays so afterwards. RuntimeError if torch
    does not use that number.
    """
    torch.set_num_threads(platform.threads)
    if torch.get_num_threads() != platform.threads:
        raise RuntimeError(f"torch runs {torch.get_num_threads()} threads, not {platform.threads}")
    return platform.pinned()
