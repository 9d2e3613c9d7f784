"""Other processes of this computer: the holders of a lock, and the Snakemakes of a folder.

Both are read from ``/proc``. On a computer without it, there are none.
"""

import os
from pathlib import Path

from archfront.core.files import read_lines


def lock_holders(path: Path) -> list[int]:
    """Ids of the processes that took a lock on the file with ``flock``. The lock may have passed to
    a child of such a process.

    This function does not try to take the lock, since another process may be about to take it.
    """
    try:
        place = f":{path.stat().st_ino} "
        locks = [line.split() for line in read_lines("/proc/locks") if place in line]
    except OSError:
        return []
    return [int(fields[4]) for fields in locks if fields[1] == "FLOCK"]


def live_snakemakes(folder: Path) -> list[int]:
    """Ids of the processes of Snakemake that work in a folder in which Snakemake holds a lock.

    The Snakemakes that a Snakemake starts for its jobs do not count: they outlive it if it is
    killed.
    """
    found = []
    for process in Path("/proc").glob("[0-9]*") if has_locks(folder) else ():
        try:
            words = [os.path.basename(w) for w in (process / "cmdline").read_bytes().split(b"\0")]
            called = words[0].startswith(b"python") and b"snakemake" in words
            for_a_job = b"--mode" in words
            if called and not for_a_job and (process / "cwd").resolve() == folder.resolve():
                found.append(int(process.name))
        except OSError:  # the process has ended or is another user's
            continue
    return found


def has_locks(folder: Path) -> bool:
    """Whether a Snakemake, living or killed, holds a lock in the folder."""
    return any((folder / ".snakemake" / "locks").glob("*"))
