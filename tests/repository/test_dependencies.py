import ast
import os
import subprocess
import sys
import tomllib
from collections.abc import Iterable
from pathlib import Path

import pytest
import yaml
from helpers.runs import CONFIG, ROOT
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from archfront.core.extras import EXTRAS

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
CORE = [Requirement(text) for text in PROJECT["dependencies"]]
OF_EXTRA = {
    extra: [Requirement(text) for text in texts]
    for extra, texts in PROJECT["optional-dependencies"].items()
}
EVERY = [*CORE, *(one for requirements in OF_EXTRA.values() for one in requirements)]
DISTRIBUTIONS = {
    "PIL": "pillow",
    "sklearn": "scikit-learn",
    "vl_convert": "vl-convert-python",
    "xgboost": "xgboost-cpu",
    "yaml": "pyyaml",
}
"""The distribution of each module whose name is another."""
APART = {"fairseq": "its pins exclude its peers here; `make fairseq` installs it"}
"""Modules without an extra, and why."""
PRIVATE = {
    "pytest": ("tests/conftest.py", "_nodeid"),
    "hdbscan": ("workflow/archfront/search/hdbscan_binary.py", "_tree_to_labels"),
    "snakemake": ("workflow/rules/common.smk", "job_rate_limiter"),
}
"""Each distribution with an upper bound: the file that uses a private name of it, and the name. The
next release that may change such names must not be installed before it is tested."""


def pins() -> dict[str, Version]:
    lines = [line for path in (ROOT / "envs").glob("*.txt") for line in path.read_text().split()]
    pairs = [line.split("==") for line in lines if "==" in line]
    return {canonicalize_name(name): Version(version) for name, version in pairs}


def imported(path: Path) -> set[str]:
    """Third-party top-level modules that a file imports."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            found.add(node.module.partition(".")[0])
    return found - {"archfront", "job", *sys.stdlib_module_names}


def distribution(module: str) -> str:
    return DISTRIBUTIONS.get(module, module)


IMPORTED = set().union(*map(imported, (ROOT / "workflow").rglob("*.py")))


def test_every_import_belongs_to_the_core_or_to_an_extra():
    core = {one.name for one in CORE}
    modules = {module for names in EXTRAS.values() for module in names}
    outside = {module for module in IMPORTED - APART.keys() if distribution(module) not in core}
    assert outside <= modules
    assert not {distribution(module) for module in modules} & core


def test_the_extras_of_the_library_are_those_of_the_package():
    """The extras ``slurm`` and ``dev`` hold nothing that the library imports."""
    for extra, modules in EXTRAS.items():
        assert {one.name for one in OF_EXTRA[extra]} == {distribution(name) for name in modules}
    assert set(OF_EXTRA) - set(EXTRAS) == {"slurm", "dev"}


def test_every_requirement_has_a_lower_bound_that_the_pins_meet():
    pinned = pins()
    for one in EVERY:
        bounds = [part for part in one.specifier if part.operator == ">="]
        assert len(bounds) == 1, one
        if one.name not in ("onnxruntime", "pyarrow"):  # in no environment of the checkout
            assert one.specifier.contains(pinned[canonicalize_name(one.name)]), one


def test_only_private_names_need_an_upper_bound():
    bounded = [one for one in EVERY if any("<" in part.operator for part in one.specifier)]
    assert {one.name for one in bounded} == set(PRIVATE)
    for path, name in PRIVATE.values():
        assert name in (ROOT / path).read_text()


def test_the_private_names_exist():
    from _pytest.nodes import Node
    from hdbscan.hdbscan_ import _tree_to_labels
    from snakemake.scheduling import job_scheduler

    assert "_nodeid" in Node.__slots__
    assert callable(_tree_to_labels)
    assert "self.job_rate_limiter = " in Path(job_scheduler.__file__).read_text(encoding="utf-8")


HIDING = """
import sys

class Hidden:
    def find_spec(self, name, path=None, target=None):
        if name in HIDDEN:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Hidden())
"""


def without(modules: Iterable[str], code: str, folder: Path) -> str:
    """The output of a program to which these modules are not installed."""
    paths = os.pathsep.join([str(ROOT / "workflow"), str(ROOT / "tests" / "plugins")])
    done = subprocess.run(
        [sys.executable, "-c", f"HIDDEN = {set(modules)}\n{HIDING}\n{code}"],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": paths},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


SEARCH = """
import archfront as af

settings = af.load("config.yaml")
net, store = af.supernet("instant:Instant"), af.MeasurementStore("store")
rows, here = net.space.sample(20, seed=1), af.Platform("here")
for name in ("top1", "latency"):
    taken = af.measure(net, af.OBJECTIVES[name], rows, here, settings["measurement"], store)
top1 = af.fit("ridge", net.space.one_hot(rows), taken["value"].to_numpy())
history = af.nsga2(net.space, lambda r: -net.exact("macs", r)[:, None], 1, 20, 3, 0.9, seed=1)
found = af.clusters(net.space, history.population, 8, 3)
how = af.SearchSettings("nsga2", population=20, generations=3, crossover=0.9)
search = af.ConcurrentNAS(net, ["top1", "macs"], {"top1": "auto"}, how, seed=1)
print(len(search.ask(4)))
"""
CI = str(ROOT / "experiments" / "ci.yaml")


def test_the_core_loads_measures_and_searches_without_any_extra(tmp_path):
    (tmp_path / "config.yaml").write_text(yaml.safe_dump(CONFIG))
    modules = {module for names in EXTRAS.values() for module in names}
    there = {"jinja2", "markupsafe"}  # Snakemake needs them
    assert without(modules - there, SEARCH, tmp_path) == "4\n"


@pytest.mark.parametrize(
    ("module", "code", "told"),
    [
        ("PIL", 'af.supernet("ofa_mbv3_w1.0")', 'pip install "archfront[vision]"'),
        (
            "torch",
            'net = af.supernet("embedded_mobilenetv3")\n'
            'limits = {"latency_seconds": 0.02, "latency_precision": 0.05}\n'
            'store = af.MeasurementStore("store")\n'
            'one, here = net.space.sample(1, seed=1), af.Platform("here")\n'
            'af.measure(net, af.OBJECTIVES["latency"], one, here, limits, store)',
            'pip install "archfront[vision]" (or the extra translation or rivals)',
        ),
        (
            "torch",
            'from archfront.tactics import tactic\ntactic("seminas")',
            'pip install "archfront[vision]" (or the extra translation or rivals)',
        ),
        ("PIL", f"af.load({CI!r})", 'pip install "archfront[vision]"'),
        (
            "num2words",
            "from archfront.tasks import phrases\nphrases.digest()",
            'pip install "archfront[translation]"',
        ),
    ],
)
def test_a_missing_extra_is_named(module, code, told, tmp_path):
    tried = "\n".join(f"    {line}" for line in code.splitlines())
    catching = (
        f"import archfront as af\ntry:\n{tried}\nexcept Exception as error:\n    print(error)"
    )
    assert told in without([module], catching, tmp_path)
    assert not list(tmp_path.glob("store/*.jsonl"))  # a missing module is no failed measurement


def test_a_config_names_the_package_or_the_extra_that_its_tactics_lack(tmp_path):
    config = {**CONFIG, "tactics": ["full", "optuna_tpe", "seminas"], "export": {"tactic": "full"}}
    program = f"""
import importlib.util

installed = importlib.util.find_spec
importlib.util.find_spec = lambda name, *rest: None if name in HIDDEN else installed(name, *rest)
from archfront.config.experiment import validated

try:
    validated({config | {"popdb": {"enabled": False}}!r})
except ValueError as error:
    print(error)
"""
    told = without({"optuna", "torch"}, program, tmp_path)
    assert "'optuna_tpe' needs optuna (extra rivals), which is not installed" in told
    assert "tactics: 'seminas' cannot be imported: MissingExtra" in told
