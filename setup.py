"""The part of the build that `pyproject.toml` cannot express: the workflow becomes package data.

The package's folder `project` holds the workflow in the layout of the checkout
(`archfront.core.project`). An editable installation uses the checkout itself.
"""

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

ROOT = Path(__file__).parent
COPIED = {
    "Snakefile": "Snakefile",
    "config.yaml": "config.yaml",
    "envs": "envs",
    "experiments": "experiments",
    "profiles": "workflow/profiles",  # a link in the checkout
    "workflow/profiles": "workflow/profiles",
    "workflow/report": "workflow/report",
    "workflow/rules": "workflow/rules",
    "workflow/run.py": "workflow/run.py",
    "workflow/schemas": "workflow/schemas",
    "workflow/scripts": "workflow/scripts",
    "workflow/ui.py": "workflow/ui.py",
    "workflow/verify.py": "workflow/verify.py",
}
"""Files and folders of the installed workflow, and where they lie in the checkout."""


class BuildWithWorkflow(build_py):
    def run(self):
        super().run()
        if not self.editable_mode:
            project = Path(self.build_lib, "archfront", "project")
            shutil.rmtree(project, ignore_errors=True)  # files of an earlier build
            for target, source in COPIED.items():
                copy(ROOT / source, project / target)


def copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        shutil.copy2(source, target)


setup(cmdclass={"build_py": BuildWithWorkflow})
