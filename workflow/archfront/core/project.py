"""The folder of the workflow, with ``Snakefile``, ``config.yaml``, ``envs/``, ``experiments/``,
``profiles/`` and ``workflow/``.

In an installed package, it is the folder ``project`` of the package, which ``setup.py`` fills. In a
checkout, it is the checkout. The paths of the files below the folder are the same in both.
"""

from pathlib import Path


def folder_of(package: Path) -> Path:
    """The folder of the workflow that belongs to the folder of a package ``archfront``."""
    installed = package / "project"
    return installed if installed.is_dir() else package.parents[1]


FOLDER = folder_of(Path(__file__).resolve().parents[1])
SNAKEFILE = FOLDER / "Snakefile"
WORKFLOW = FOLDER / "workflow"
