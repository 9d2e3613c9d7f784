"""What a run promises when its host fails it: kills at any moment, a full disk, a folder that is
not to be written, a config that is edited meanwhile."""

import os
import random
import signal
import subprocess
import time
from collections import Counter
from contextlib import contextmanager, suppress

import pytest
import yaml
from helpers.runs import CONFIG, RUN, Folder, assert_same_tables, start, wait_until

from archfront.measurement.store import MeasurementStore, key_digest

pytestmark = pytest.mark.slow

KILLS = 20


def workers(folder):
    told = subprocess.run(
        ["pgrep", "-f", f"{folder.path}/.snakemake/scripts"], capture_output=True, text=True
    )
    return [int(line) for line in told.stdout.split()]


def kill(process):
    with suppress(ProcessLookupError):
        os.kill(process, signal.SIGKILL)


def snakemakes(folder):
    told = subprocess.run(
        ["pgrep", "-f", f"snakemake --snakefile .*{folder.source}"], capture_output=True, text=True
    )
    inside = [int(p) for p in told.stdout.split()]
    return [p for p in inside if os.path.realpath(f"/proc/{p}/cwd") == str(folder.path)]


def test_kills_of_workers_of_snakemake_and_of_both_at_random_moments(finished, tmp_path):
    folder, moment = Folder(tmp_path / "run"), random.Random(1)
    killed = Counter()
    while sum(killed.values()) < KILLS:
        run = start(folder, RUN, INSTANT_SECONDS="0.1")
        time.sleep(moment.uniform(2, 8))
        who = ("worker", "snakemake", "both")[sum(killed.values()) % 3]
        if who == "worker":
            victims = workers(folder)
        elif who == "snakemake":
            victims = snakemakes(folder)
        else:
            victims = [*snakemakes(folder), *workers(folder)]
        for victim in victims:
            kill(victim)
        killed[who] += 1
        if who == "worker":
            run.communicate(timeout=300)  # the other jobs end, the run fails or was lucky
        else:
            run.communicate(timeout=60)
            for orphan in workers(folder):
                kill(orphan)
    again = subprocess.run(
        RUN, cwd=folder.path, env=folder.environment, capture_output=True, text=True
    )
    assert again.returncode == 0, again.stdout[-3000:] + again.stderr[-3000:]
    repeated = sum((Counter(folder.taken()) - Counter(finished.taken())).values())
    assert repeated <= 2 * KILLS  # what was in flight, of two jobs at a time
    kept = MeasurementStore(folder.path / "results/store").measurements()
    counts = Counter(key_digest(m.key) for m in kept if not m.failed)
    assert max(counts.values()) == 1
    assert_same_tables(folder.results, finished.results)


@contextmanager
def own_disk(place, megabytes):
    """A file system of this size, which only root can make."""
    place.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(place)],
        capture_output=True,
        text=True,
    )
    if made.returncode:
        pytest.skip(f"a disk of one's own needs root: {made.stderr.strip()}")
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


def test_a_full_disk_is_told_and_costs_nothing_that_was_measured(finished, tmp_path):
    with own_disk(tmp_path / "disk", 16) as disk:
        folder = Folder(disk / "run")
        first = folder.run("results/small/seed1/single/samples/archive.csv")
        assert first.returncode == 0, first.stderr[-3000:]
        before = folder.taken()
        log, folder.log = folder.log, tmp_path / "taken.log"  # the test's own record goes elsewhere
        filler = disk / "filler"
        with open(filler, "wb", buffering=0) as file, suppress(OSError):
            while file.write(b"x" * 4096):
                pass
        failed = folder.run()
        assert failed.returncode != 0
        assert "No space left on device" in failed.stdout + failed.stderr
        filler.unlink()
        subprocess.run([*folder.command, "--unlock"], cwd=folder.path, env=folder.environment)
        again = folder.run()
        assert again.returncode == 0, again.stderr[-3000:]
        taken = Counter(before + folder.taken())
        assert sum((taken - Counter(finished.taken())).values()) <= 2
        assert_same_tables(folder.results, finished.results)
        assert log.exists()


@pytest.mark.parametrize("content", [b"", b"\0" * 4096], ids=["empty", "zeros"])
def test_files_that_a_power_cut_emptied_are_named_and_made_again(finished, tmp_path, content):
    folder = finished.copy(tmp_path / "run")
    before = folder.taken()
    emptied = [
        *folder.results.rglob("verdict.json"),
        *folder.results.rglob("archive.csv"),
        next(folder.results.rglob("population.csv")),
        next((folder.results / "data").glob("*.json")),
    ]
    for path in emptied:
        path.write_bytes(content)
    done = subprocess.run(
        RUN, cwd=folder.path, env=folder.environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    for path in emptied:
        assert f"{path.relative_to(folder.path)} was empty" in done.stderr
    assert folder.taken() == before
    assert_same_tables(folder.results, finished.results)


def test_results_that_cannot_be_written_are_told_at_once(tmp_path):
    with own_disk(tmp_path / "disk", 4) as disk:
        folder = Folder(disk / "run")
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
        done = subprocess.run(
            RUN, cwd=folder.path, env=folder.environment, capture_output=True, text=True
        )
        assert done.returncode == 1
        assert "Results cannot be written" in done.stderr and "Traceback" not in done.stderr


def test_a_config_that_is_edited_meanwhile_is_for_the_next_run(finished, tmp_path):
    folder = Folder(tmp_path / "run")
    run = start(folder, RUN, INSTANT_SECONDS="0.1")
    wait_until(lambda: len(folder.taken()) >= 3)
    changed = CONFIG | {"search": {"population": 20, "generations": 5}}
    folder.write(changed)
    output, _ = run.communicate(timeout=300)
    assert run.returncode == 0, output[-3000:]
    assert_same_tables(folder.results, finished.results)
    used = yaml.safe_load((folder.results / "config.yaml").read_text())
    assert used == CONFIG
    again = subprocess.run(
        RUN, cwd=folder.path, env=folder.environment, capture_output=True, text=True
    )
    assert again.returncode == 0, again.stderr[-3000:]
    assert yaml.safe_load((folder.results / "config.yaml").read_text()) == changed


def test_a_clock_that_jumps_back_measures_nothing_again(finished, tmp_path):
    """Files from the future, as a clock leaves them that was ahead."""
    folder = finished.copy(tmp_path / "run")
    ahead = time.time() + 86_400
    for path in folder.results.rglob("population.csv"):
        os.utime(path, (ahead, ahead))
    before = folder.taken()
    done = folder.run()
    assert done.returncode == 0, done.stderr[-3000:]
    assert folder.taken() == before
    assert_same_tables(folder.results, finished.results)


def test_weights_that_are_swapped_under_a_run_end_it_and_the_next_one_measures_anew(
    finished, tmp_path
):
    folder, weights = Folder(tmp_path / "run"), tmp_path / "weights"
    weights.write_text("of May")
    run = start(folder, RUN, INSTANT_SECONDS="0.1", INSTANT_WEIGHTS=str(weights))
    wait_until(lambda: len(folder.taken()) >= 15)
    weights.write_text("of June")
    output, _ = run.communicate(timeout=300)
    assert run.returncode != 0
    assert "supernet was 'of May' and is 'of June'" in output
    again = subprocess.run(
        RUN,
        cwd=folder.path,
        env=folder.environment | {"INSTANT_WEIGHTS": str(weights)},
        capture_output=True,
        text=True,
    )
    assert again.returncode == 0, again.stdout[-3000:] + again.stderr[-3000:]
    assert_same_tables(folder.results, finished.results)
    kept = MeasurementStore(folder.path / "results/store").measurements()
    of_june = [m for m in kept if m.key["supernet"] == "of June"]
    assert len(of_june) == len(finished.taken())
