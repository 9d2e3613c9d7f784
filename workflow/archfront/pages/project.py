"""The files of a project that pages may read and write: nothing outside it, whatever is asked."""

import re
from collections.abc import Mapping
from itertools import takewhile
from pathlib import Path

import yaml

from archfront.config.experiment import read
from archfront.config.layout import CONFIG, runs_with
from archfront.core.files import written_beside
from archfront.core.registry import ConfigError

NAME = re.compile(r"[a-z0-9][a-z0-9_]*")
"""Of experiments, as the schema has it."""
FILES = ("constraint",), ("sampling", "file"), ("warm_start", "file")
"""Keys of a config whose values are files that checking it reads."""


class Project:
    """The folder that archfront works in."""

    def __init__(self, root: str | Path = "."):
        self.root = Path(root).resolve()
        self.results = self.root / "results"

    def inside(self, path: str | Path) -> Path:
        """The path, links followed; ConfigError if it leads out of the project."""
        whole = (self.root / path).resolve()
        if not whole.is_relative_to(self.root):
            raise ConfigError(f"{path}: lies outside the project, {self.root}")
        return whole

    def written(self) -> list[str]:
        """Experiments that are written down: paths relative to the project, config.yaml first."""
        found = [Path("config.yaml"), *self._relative("experiments/*.yaml")]
        found += self._relative("experiments/*/*.yaml")
        return [str(path) for path in found if (self.root / path).is_file()]

    def begun(self) -> list[str]:
        """Names of experiments that were run by ``make run``, the last one first."""
        copies = self.results.glob(f"*/{CONFIG}")
        return [p.parent.name for p in sorted(copies, key=lambda p: -p.stat().st_mtime)]

    def having(self, file: str) -> list[str]:
        """Those of :meth:`begun` that have this file of a run: an attribute of
        :class:`~archfront.config.layout.Run` such as ``front``."""
        return [name for name in self.begun() if runs_with(self.results / name, file)]

    def experiments(self) -> dict[str, str]:
        """Name of each experiment that is written down or was begun, and the file that it is run
        by, where pages write it if there is one; those begun come first."""
        begun = {n: str(Path("results") / n / CONFIG) for n in self.begun()}
        written = {}
        for path in sorted(self.written(), key=lambda path: path.count("/") == 1):
            try:
                name = str(self.read(path).get("experiment"))
            except (ConfigError, OSError, yaml.YAMLError):
                continue  # the set-up page says what is wrong with it
            if NAME.fullmatch(name):
                written[name] = path
        return {name: written.get(name, path) for name, path in begun.items()} | written

    def _relative(self, pattern: str) -> list[Path]:
        return sorted(path.relative_to(self.root) for path in self.root.glob(pattern))

    def folder(self, experiment: str) -> Path:
        """Where the results of an experiment lie."""
        if not NAME.fullmatch(experiment):
            raise ConfigError(f"experiment: {experiment!r} is no name of an experiment")
        return self.inside(self.results / experiment)

    def read(self, path: str) -> dict:
        """What is written in an experiment's file."""
        return read(self.inside(path))

    def config_of(self, experiment: str) -> dict:
        """What an experiment was last run by."""
        return self.read(self.folder(experiment) / CONFIG)

    def place_of(self, experiment: str) -> Path:
        """Where an experiment of this name is written."""
        self.folder(experiment)
        return self.inside(Path("experiments") / f"{experiment}.yaml")

    def write(self, config: Mapping) -> Path:
        """Write the experiment down as ``experiments/<name>.yaml``; what stands above its first key
        stays."""
        path = self.place_of(str(config.get("experiment", "")))
        with written_beside(path) as beside:
            beside.write_text(_heading(path) + as_yaml(config))
        return path

    def check_files(self, config: Mapping) -> None:
        """ConfigError for a file outside the project that checking this config would read."""
        for keys in FILES:
            found: object = config
            for key in keys:
                found = found.get(key) if isinstance(found, Mapping) else None
            if isinstance(found, str):
                try:
                    self.inside(found)
                except ConfigError as error:
                    raise ConfigError(f"{'.'.join(keys)}: {error}") from None


def as_yaml(config: Mapping) -> str:
    """The config as people write it: what holds plain values only stands on one line."""
    return yaml.safe_dump(
        dict(config), sort_keys=False, allow_unicode=True, default_flow_style=None, width=100
    )


def _heading(path: Path) -> str:
    """The comment that a file begins with."""
    if not path.is_file():
        return ""
    lines = path.read_text().splitlines(keepends=True)
    return "".join(takewhile(lambda line: line.startswith("#"), lines))
