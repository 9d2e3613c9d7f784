import os
import subprocess
import sys

import pytest
from helpers.runs import ROOT

from archfront.core.objective import (
    OBJECTIVES,
    PLUGINS,
    ModelSize,
    Objective,
    qualified_name,
    register,
)
from archfront.core.registry import ConfigError


def test_what_an_objective_can_do_is_an_attribute_of_its_class():
    assert {name for name, one in OBJECTIVES.items() if one.precisions} == {"top1", "bleu"}
    assert {name for name, one in OBJECTIVES.items() if one.sums_over_blocks} == {"latency"}


def assert_runs_with_a_plug_in(plug_in, program):
    """A new process with this registered objective runs the program."""
    environment = os.environ | {
        PLUGINS: plug_in,
        "PYTHONPATH": f"{ROOT / 'workflow'}:{ROOT / 'tests' / 'plugins'}",
    }
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True)
    assert done.returncode == 0, done.stderr.decode()


@pytest.mark.parametrize(
    "module",
    ["core.supernet", "core.validation", "core.objective", "core.archive", "core.platform"],
)
def test_a_job_can_import_any_module_first_though_a_plug_in_objective_is_registered(module):
    """The module of the objective imports the super-network's interface."""
    program = (
        f"import archfront.{module}; from archfront.core.objective import *; OBJECTIVES['energy']"
    )
    assert_runs_with_a_plug_in("own:energy", program)


@pytest.mark.parametrize("first", ["both", "archfront.core.objective", "instant"])
def test_a_module_may_have_a_super_network_and_an_objective(first):
    """The module of the super-network is what imports archfront.core.objective first."""
    program = (
        f"import {first}; from archfront import OBJECTIVES, supernet; supernet('both:Net'); "
        "assert list(OBJECTIVES)[-1] == 'cost' and OBJECTIVES['cost'].unit == '$ per $1'"
    )
    assert_runs_with_a_plug_in("both:cost", program)


def test_built_in_objectives_have_no_qualified_name():
    """Keys of measurements hold the qualified name of plug-ins only."""
    size = ModelSize("size", "Size", "MB", False, "exact", False, 1)
    assert qualified_name(size) is None
    own = type("Own", (Objective,), {"__module__": "mine"})
    assert qualified_name(own("own", "Own", "", True, "exact", False, 1)) == "mine.Own"


def test_what_is_no_objective_is_named_by_its_type_alone():
    """The text of ``os.environ`` may hold secrets."""
    with pytest.raises(ConfigError) as refused:
        register("os:environ")
    assert str(refused.value) == (
        "objectives: 'os:environ' is no Objective but an object of the type _Environ; name an "
        "object, not its class"
    )
