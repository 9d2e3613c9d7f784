"""The folder of the workflow, in a checkout and in an installed package."""

import os
import subprocess
import sys
from pathlib import Path

from helpers.runs import ROOT

from archfront.core.project import folder_of


def test_it_is_the_checkout_even_if_the_path_of_the_package_is_not_the_shortest():
    """Scripts import archfront from ``workflow/rules/../archfront``."""
    code = "from archfront.core import project as p; print(p.FOLDER); assert p.SNAKEFILE.is_file()"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"PYTHONPATH": str(ROOT / "workflow" / "rules" / "..")},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert Path(done.stdout.strip()) == ROOT.resolve()


def test_it_is_in_the_package_even_beside_the_snakefile_of_somebody_else(tmp_path):
    (tmp_path / "Snakefile").touch()
    package = tmp_path / "packages" / "archfront"
    (package / "project").mkdir(parents=True)
    assert folder_of(package) == package / "project"
