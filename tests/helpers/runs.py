"""Whole runs of the workflow in a folder of their own."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import yaml

ROOT = Path(__file__).parents[2]
RUN = [sys.executable, ROOT / "workflow" / "run.py"]

CONFIG = {
    "experiment": "small",
    "supernet": "instant:Instant",
    "platforms": {"single": {"batch_size": 1}, "batched": {"batch_size": 8}},
    "seeds": [1],
    "sampling": {"count": 12},
    "measurement": {"chunk_size": 6, "attempts": 1},
    "learning_curve": {"rows": [5, 7], "trials": 2},
    "search": {"population": 16, "generations": 8},
    "full": {"measured": 4},
    "concurrent": {"start": 6, "iterations": 2, "batch": 3},
    "popdb": {"min_cluster_size": 8, "min_samples": 3},
}


class Folder:
    """A folder with a config, in which the workflow runs.

    ``source`` holds the workflow: the checkout, or a copy of it that a test may edit. Without a
    ``config``, the folder is one that exists, with its config.
    """

    def __init__(self, path: Path, config: dict | None = CONFIG):
        self.path, self.source = path, ROOT
        self.log = path / "taken.log"
        if config is not None:
            path.mkdir(exist_ok=True)
            self.write(config)

    def write(self, config: dict) -> None:
        (self.path / "config.yaml").write_text(yaml.safe_dump(config, sort_keys=False))

    @property
    def results(self) -> Path:
        return self.path / "results" / "small"

    @property
    def command(self) -> list[str]:
        snakefile = ["-s", self.source / "Snakefile", "--directory", self.path]
        return [sys.executable, "-m", "snakemake", *snakefile]

    @property
    def environment(self) -> dict:
        paths = f"{self.source / 'workflow'}:{ROOT / 'tests' / 'plugins'}"
        return os.environ | {"PYTHONPATH": paths, "INSTANT_LOG": str(self.log)}

    def run(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            [*self.command, *arguments],
            env=self.environment | environment,
            capture_output=True,
            text=True,
            cwd=self.path,
        )

    def taken(self) -> list[str]:
        return self.log.read_text().splitlines() if self.log.exists() else []

    def copy(self, path: Path) -> "Folder":
        shutil.copytree(self.path, path, copy_function=shutil.copy2)
        other = Folder(path, None)
        other.source = self.source
        return other

    def with_own_source(self) -> None:
        """From now on the workflow is a copy beside the results, with the checkout's times."""
        self.source = self.path / "source"
        self.source.mkdir()
        shutil.copy2(ROOT / "Snakefile", self.source)
        for name in ("workflow", "envs"):
            shutil.copytree(ROOT / name, self.source / name, copy_function=shutil.copy2)
        (self.source / "profiles").symlink_to("workflow/profiles")


def start(folder: Folder, command: list, **environment: str) -> subprocess.Popen:
    """A process in a session of its own, so that all of the session can be killed."""
    return subprocess.Popen(
        command,
        cwd=folder.path,
        env=folder.environment | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def assert_same_tables(one: Path, other: Path) -> int:
    """Every table below ``other`` is below ``one`` with the same bytes, measured time excepted;
    returns how many there are."""
    tables = sorted(other.rglob("*.csv"))
    for table in tables:
        same = one / table.relative_to(other)
        if "measured" in table.parts:
            assert without_time(same) == without_time(table), table
        else:
            assert same.read_bytes() == table.read_bytes(), table
    return len(tables)


def without_time(table: Path) -> str:
    return pd.read_csv(table).drop(columns="seconds").to_csv()


def wait_until(condition, seconds=240):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.1)
