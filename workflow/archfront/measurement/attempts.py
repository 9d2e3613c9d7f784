"""Attempts: what becomes of a sub-network whose measurement ends its process.

Each attempt is noted in the store before it starts. The note goes when the measurement comes to any
end that Python sees. A note that is still there tells of a process that ended during the
measurement. It does not tell why: the sub-network crashed it, or somebody killed the job.

A sub-network with a note is therefore measured alone, in a second process. If only that process
ends, the sub-network has failed. If the job is killed as well, nothing counts. A job in which torch
has run cannot fork, because torch's threads and its GPU do not survive a fork. It measures the
sub-network itself, alone, and counts the notes of attempts that were alone.
"""

import multiprocessing
import os
import platform as host
import signal
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path

from archfront.core.files import open_regular
from archfront.core.supernet import Reading

FOLDER = "attempts"
"""Folder in the store with a file per measurement in progress, named by the digest of its key. The
file has a line per attempt."""
ALONE = "alone"
"""Marks an attempt during which the process measured nothing else."""
UNSEEN = 2
"""Smallest number of notes that set a sub-network aside if no second process saw its end."""
GRACE = 1.0
"""Seconds after which a job that is killed together with its second process has ended."""
STOPS = {signal.SIGTERM, signal.SIGINT, signal.SIGHUP}
"""Signals of people and schedulers. They tell nothing about the sub-network."""

Take = Callable[[list[int]], Iterator[Reading]]


class Stopped(RuntimeError):
    """Somebody stopped the second process. Nothing is known about the sub-network."""


def guarded(
    store: Path, digests: list[str], take: Take, together: bool, attempts: int
) -> Iterator[tuple[int, Reading]]:
    """The places 0 to ``n`` - 1 with their readings, the places with a note first.

    digests:  of the keys of the measurements, one per place.
    take:     measures some places: one reading each, in their order.
    together: whether the measurements of one call are in progress at the same time.
    attempts: a place is set aside when it has ended this number of processes. Its reading has the
              number in ``detail["ended"]``.

    :class:`Stopped` if somebody stops the second process.
    """
    folder = store / FOLDER
    noted = [place for place, digest in enumerate(digests) if (folder / digest).exists()]
    for place in noted:
        note, started = folder / digests[place], time.time()
        answer: Reading | None
        if "torch" not in sys.modules:
            answer = _in_a_second_process(partial(_one, take, place), attempts)
        else:
            ended = note.read_text(encoding="utf-8").count(ALONE)
            many = ended >= max(UNSEEN, attempts)
            answer = _ended(ended, "that measured it alone", started) if many else None
        if answer is None:
            yield from _in_progress(folder, digests, take, [place], together=False)
            continue
        if "ended" not in answer.detail:
            note.unlink(missing_ok=True)
        yield place, answer
    rest = [place for place in range(len(digests)) if place not in noted]
    if rest:
        yield from _in_progress(folder, digests, take, rest, together)


def _in_progress(
    folder: Path, digests: list[str], take: Take, places: list[int], together: bool
) -> Iterator[tuple[int, Reading]]:
    """These places with their readings, each noted while its measurement is in progress."""
    begun: list[Path] = []
    readings = take(places)
    try:
        for place in places:
            new = places if together else [place]
            for other in new if not (together and begun) else []:
                begun.append(folder / digests[other])
                _note(begun[-1], ALONE if len(new) == 1 else "together")
            reading = next(readings)
            (folder / digests[place]).unlink(missing_ok=True)
            yield place, reading
        next(readings, None)  # a plug-in that gives too many answers is told so
    finally:
        for note in begun:
            note.unlink(missing_ok=True)


def _note(path: Path, how: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    when = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime())
    opened = open_regular(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    with open(opened, "a", encoding="utf-8", newline="") as note:
        note.write(f"{when} UTC, {host.node()}, process {os.getpid()}, {how}\n")


def _one(take: Take, place: int) -> Reading:
    (reading,) = take([place])
    return reading


def _ended(attempts: int, how: str, started: float) -> Reading:
    reason = f"the process {how} ended, in {attempts} of {attempts} attempts"
    return Reading(
        None, reason=reason, started=started, finished=time.time(), detail={"ended": attempts}
    )


def _in_a_second_process(measure: Callable[[], Reading], attempts: int) -> Reading:
    """The reading of ``measure`` in a forked process; after ``attempts`` processes that ended
    without one, a reading that says how the last one ended."""
    started, how = time.time(), ""
    for _ in range(attempts):
        answer = _forked(measure)
        if isinstance(answer, Reading):
            return answer
        how = answer
    return _ended(attempts, f"that measured it ({how})", started)


def _forked(measure: Callable[[], Reading]) -> Reading | str:
    """The reading of ``measure`` in a forked process, or how the process ended without one. An
    exception of the process is raised here."""
    context = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_send, args=(measure, sender))
    process.start()
    sender.close()
    try:
        while not receiver.poll(0.1) and process.is_alive():
            pass
        answer: Reading | Exception | None = receiver.recv() if receiver.poll() else None
    except EOFError:
        answer = None
    finally:
        if sys.exc_info()[0] is not None and process.is_alive():
            process.kill()
        process.join()
        receiver.close()
    if isinstance(answer, Exception):
        raise answer
    if answer is not None:
        return answer
    status = process.exitcode or 0
    if -status in STOPS:
        raise Stopped(f"{signal.Signals(-status).name} stopped the measurement")
    if -status == signal.SIGKILL:
        time.sleep(GRACE)
    return signal.Signals(-status).name if status < 0 else f"exit status {status}"


def _send(measure: Callable[[], Reading], sender: Connection) -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    answer: Reading | Exception
    try:
        answer = measure()
    except Exception as error:
        answer = error
    sender.send(answer)
