"""The files of a project that pages may read and write. No request reaches a file outside the
project."""

import hashlib
import io
import os
import re
import zipfile
from collections.abc import Iterable, Mapping
from itertools import takewhile
from pathlib import Path

import yaml

from archfront.config.experiment import read
from archfront.config.layout import CONFIG, EXPORT, runs_with
from archfront.core.files import open_regular, read_lines, write_text
from archfront.core.registry import ConfigError
from archfront.pages.fields import value_at

NAME = re.compile(r"[a-z0-9][a-z0-9_]*")
"""Pattern of the names of experiments, as in the schema."""
FILES = (
    ("constraint",),
    ("sampling", "file"),
    ("warm_start", "file"),
    ("concurrent", "proposals"),
)
"""Keys of a config whose values are paths of files that a check of the config reads."""
EXPERIMENTS = ("constraint", "experiment"), ("warm_start", "run", "experiment")
"""Keys of a config whose values are names of experiments, whose results a check reads."""


class Project:
    """The folder that archfront works in, with its files."""

    def __init__(self, root: str | Path = "."):
        self.root = Path(root).resolve()
        self.results = self.root / "results"

    def inside(self, path: str | Path) -> Path:
        """The absolute path, with symbolic links resolved. ConfigError if the path lies outside the
        project, or cannot be that of a file."""
        try:
            whole = (self.root / path).resolve()
        except (OSError, ValueError, RuntimeError) as error:  # a character, or a circle of links
            raise ConfigError(f"{str(path)!r} is no path of a file: {error}") from None
        if not whole.is_relative_to(self.root):
            raise ConfigError(f"{path}: lies outside the project, {self.root}")
        return whole

    def whole(self, folder: str | Path) -> Path:
        """The absolute path of a folder. ConfigError if the folder, or a link in it at any depth,
        leads out of the project. So every path below the folder is one inside the project."""
        first = self.inside(folder)
        seen, waiting = set(), [first]
        while waiting:
            place = waiting.pop()
            if place in seen:
                continue
            seen.add(place)
            for entry in _entries(place):
                there = self.inside(entry.path) if entry.is_symlink() else Path(entry.path)
                if entry.is_dir():
                    waiting.append(there)
        return first

    @property
    def store(self) -> Path:
        """The folder of the measurement store. ConfigError as in :meth:`whole`."""
        return self.whole(self.results / "store")

    def written(self) -> list[str]:
        """Paths of the files of experiments, relative to the project, ``config.yaml`` first. A file
        whose name is no text in UTF-8 is left out."""
        found = [Path("config.yaml"), *self._relative("experiments/*.yaml")]
        found += self._relative("experiments/*/*.yaml")
        return [str(path) for path in found if (self.root / path).is_file() and _is_text(str(path))]

    def begun(self) -> list[str]:
        """Names of the experiments that ``make run`` has run, the last one first."""
        copies = [path for path in self.results.glob(f"*/{CONFIG}") if _is_text(path.parent.name)]
        return [p.parent.name for p in sorted(copies, key=lambda p: -p.stat().st_mtime)]

    def having(self, file: str) -> list[str]:
        """The experiments of :meth:`begun` in which a run has this file. ``file`` is the name of an
        attribute of :class:`~archfront.config.layout.Run` such as ``front``."""
        return [name for name in self.begun() if runs_with(self.results / name, file)]

    def experiments(self) -> dict[str, str]:
        """The file that each experiment is run by, by the experiment's name.

        The experiments of :meth:`begun` come first, then the further experiments of
        :meth:`written`. If several files hold an experiment of the same name, a file directly in
        ``experiments/``, the folder that pages write to, is taken. An experiment without such a
        file is run by the copy of its config in its results.
        """
        begun = {n: str(Path("results") / n / CONFIG) for n in self.begun()}
        written = {}
        for path in sorted(self.written(), key=lambda path: path.count("/") == 1):
            try:
                name = str(self.read(path).get("experiment"))
            except Exception:  # the file may hold anything; the page Set up shows the error
                continue
            if NAME.fullmatch(name):
                written[name] = path
        return {name: written.get(name, path) for name, path in begun.items()} | written

    def _relative(self, pattern: str) -> list[Path]:
        return sorted(path.relative_to(self.root) for path in self.root.glob(pattern))

    def folder(self, experiment: str) -> Path:
        """The folder of an experiment's results. ConfigError if the name is not valid, and as in
        :meth:`whole`."""
        if not NAME.fullmatch(experiment):
            raise ConfigError(f"experiment: {experiment!r} is no name of an experiment")
        return self.whole(self.results / experiment)

    def read(self, path: str | Path) -> dict:
        """The keys and values of an experiment's file. ConfigError if the file lies outside the
        project, or holds something that no page can show."""
        return read(self.inside(path))

    def version(self, path: str | Path) -> str:
        """Identity of the content of a file; empty if there is no file."""
        place = self.inside(path)
        return hashlib.sha256(place.read_bytes()).hexdigest() if place.is_file() else ""

    def overwritten(self, path: str, opened: str | None, version: str) -> str:
        """The reason why a page that writes to ``path`` would overwrite other content than it has
        shown, as text for people; empty if it would not.

        ``opened`` is the path of the file that the page shows, and ``version`` the
        :meth:`version` of this file when the page opened or wrote it.
        """
        now = self.version(path)
        if not now or (path == opened and now == version):
            return ""
        if path == opened:
            return f"{path} has changed since this page opened it."
        return f"{path} is there already."

    def config_of(self, experiment: str) -> dict:
        """The config of an experiment's last run."""
        return self.read(self.folder(experiment) / CONFIG)

    def exported(self, experiment: str) -> list[Path]:
        """The files of the last export of an experiment, sorted. Hidden files, such as Snakemake's
        mark, are left out. So are links, which may lead out of the project."""
        folder = self.inside(self.folder(experiment) / EXPORT)
        there = folder.iterdir() if folder.is_dir() else ()
        found = [path for path in there if not path.name.startswith(".")]
        return sorted(path for path in found if path.is_file() and not path.is_symlink())

    def download(self, experiment: str, file: str | None) -> bytes:
        """The content of a file of :meth:`exported`, or all of them as a ZIP archive. ConfigError
        if the file is not among them."""
        files = self.exported(experiment)
        if file is None:
            return zipped(files)
        for path in files:
            if path.name == file:
                return content_of(path)
        raise ConfigError(f"{file}: is no file of the last export any more")

    def place_of(self, experiment: str) -> Path:
        """The path that pages write an experiment of this name to. ConfigError if the name is not
        valid."""
        self.folder(experiment)
        return self.inside(Path("experiments") / f"{experiment}.yaml")

    def write(self, config: Mapping) -> Path:
        """Write the experiment to ``experiments/<name>.yaml``, and return the path. The comment
        lines at the beginning of an existing file stay."""
        path = self.place_of(str(config.get("experiment", "")))
        write_text(path, _heading(path) + as_yaml(config))
        return path

    def check_files(self, config: Mapping) -> None:
        """Raise ConfigError if a check of this config would read a file outside the project. The
        options of a super-network may name such files."""
        for keys in (*FILES, *EXPERIMENTS):
            found = value_at(config, keys)
            try:
                if keys in FILES and isinstance(found, str):
                    self.inside(found)
                elif isinstance(found, str) and NAME.fullmatch(found):
                    self.folder(found)
            except ConfigError as error:
                raise ConfigError(f"{'.'.join(keys)}: {error}") from None


def content_of(path: Path) -> bytes:
    """The content of a file. OSError for a link, and for what is no regular file."""
    with open(open_regular(path, os.O_RDONLY), "rb") as file:
        return file.read()


def zipped(files: Iterable[Path]) -> bytes:
    """A ZIP archive of files, by their names alone. OSError as in :func:`content_of`."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in files:
            archive.writestr(path.name, content_of(path))
    return content.getvalue()


def as_yaml(config: Mapping) -> str:
    """The config as YAML in the style that people write. A list or mapping that holds only plain
    values stands on one line."""
    return yaml.safe_dump(
        dict(config), sort_keys=False, allow_unicode=True, default_flow_style=None, width=100
    )


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    """The entries of a folder; none if it cannot be read, or is no folder."""
    try:
        with os.scandir(folder) as found:
            return list(found)
    except OSError:
        return []


def printable(text: str) -> str:
    """The text as one that can be sent to a browser: half a surrogate pair is written out."""
    return text.encode(errors="backslashreplace").decode()


def _is_text(text: str) -> bool:
    """Whether a text can be written in UTF-8, and so be sent to a browser."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _heading(path: Path) -> str:
    """The comment lines at the beginning of a file; empty if the file does not exist."""
    if not path.is_file():
        return ""
    comments = takewhile(lambda line: line.startswith("#"), read_lines(path))
    return "".join(f"{line}\n" for line in comments)
