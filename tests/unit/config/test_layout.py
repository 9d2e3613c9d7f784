"""Paths by hand, what they belong to, and what is there; nobody else spells them."""

import ast
import re
from pathlib import Path

import pytest

import archfront
from archfront.config.layout import (
    OnPlatform,
    Owner,
    PopDB,
    Run,
    WithinTraining,
    iterations,
    owner,
    runs_with,
    sample_archives,
    shared,
)

SETTINGS = {"platforms": {"one": {}, "two": {}}, "seeds": [1, 20]}
RUN = Run(20, "one", "concurrent_warm")


@pytest.mark.parametrize(
    ("path", "expected", "belongs"),
    [
        (RUN.archive, "seed20/one/concurrent_warm/archive.csv", "run"),
        (RUN.front, "seed20/one/concurrent_warm/front.csv", "run"),
        (RUN.history, "seed20/one/concurrent_warm/history.csv", "run"),
        (RUN.predictors, "seed20/one/concurrent_warm/predictors.npz", "run"),
        (RUN.start.population, "seed20/one/concurrent_warm/start/population.csv", "run"),
        (RUN.iteration(3).verdict, "seed20/one/concurrent_warm/iteration3/verdict.json", "run"),
        (
            RUN.iteration(3).expected_gain,
            "seed20/one/concurrent_warm/iteration3/expected_gain.json",
            "run",
        ),
        (
            RUN.iteration(3).measured("latency", 0, "one"),
            "seed20/one/concurrent_warm/iteration3/measured/latency/one/0.csv",
            "run",
        ),
        (PopDB(20).constraint, "seed20/popdb/constraint.json", "popdb"),
        (OnPlatform("one").reference, "reference/one.json", "reference"),
        (OnPlatform("one").look_up, "look_up/one.csv", "look_up"),
        (OnPlatform("one").learning_curve, "learning_curves/one/curve.csv", "learning_curves"),
        (OnPlatform("one").front_constraint, "front_values/one.json", "front_values"),
    ],
)
def test_paths_by_hand_and_their_owners(path, expected, belongs):
    assert path == expected
    found = owner(path, SETTINGS)
    tactic, seed, platform = "concurrent_warm", 20, "one"
    assert found == {
        "run": Owner("run", seed, platform, tactic),
        "popdb": Owner("popdb", seed),
    }.get(belongs, Owner(belongs, platform=platform))


def test_batches_of_a_seed_belong_to_no_platform():
    samples = shared(1, "samples")
    assert samples.population == "seed1/samples/population.csv"
    assert samples.measured("top1", 2) == "seed1/samples/measured/top1/2.csv"
    for path in (
        samples.population,
        samples.measured("top1", 2),
        "summary.csv",
        "limits/concurrent.json",
    ):
        assert owner(path, SETTINGS) is None
    assert sample_archives(SETTINGS, "two") == [
        "seed1/two/samples/archive.csv",
        "seed20/two/samples/archive.csv",
    ]


def test_a_training_has_a_folder_of_its_own_which_belongs_to_no_run():
    training = WithinTraining(20, "one", "concurrent")
    found = training.front, training.archive, training.round(2).weights, training.round(2).front
    folder = "training/seed20/one/concurrent"
    assert found == tuple(
        f"{folder}/{name}"
        for name in ("front.csv", "archive.csv", "round2/weights.pt", "round2/front.csv")
    )
    assert [owner(path, SETTINGS) for path in found] == [None] * 4


def test_wildcards_give_patterns():
    loop = Run("{seed}", "{platform}", "{tactic}", "results/{experiment}/")
    pattern = loop.iteration("{iteration}").population
    values = {"experiment": "e", "seed": 20, "platform": "one", "iteration": 3}
    filled = pattern.format(tactic="concurrent_warm", **values)
    assert filled == f"results/e/{RUN.iteration(3).population}"


def test_what_is_there_is_listed_in_order(tmp_path):
    for number in (10, 9, 1):
        path = tmp_path / RUN.iteration(number).verdict
        path.parent.mkdir(parents=True)
        path.touch()
    assert [number for number, _ in iterations(tmp_path, RUN, "verdict")] == [1, 9, 10]
    assert iterations(tmp_path, RUN, "population") == []
    for run in (RUN, Run(3, "two", "full")):
        (tmp_path / run.front).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / run.front).touch()
    assert [found[:3] for found in runs_with(tmp_path, "front")] == [
        (20, "one", "concurrent_warm"),
        (3, "two", "full"),
    ]
    assert runs_with(tmp_path / "nothing", "front") == []


SPELLED = re.compile(
    r"(archive|population|front|history|summary|frequencies|clusters|curve)\.csv"
    r"|(verdict|limit|constraint|expected_gain|provenance)\.json|predictors\.npz"
    r"|iteration\{\w+\}/|/figures/\{|\}/(explorer|tables)"
)
WORKFLOW = Path(archfront.__file__).parents[1]


def spelled(path: Path) -> list[str]:
    """Strings of a file, docstrings and comments left out, that spell a path of the layout."""
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        code = re.sub(r'""".*?"""|#[^\n]*', "", text, flags=re.S)
        lines = [
            one for one in code.splitlines() if "/logs/" not in one and "/benchmarks/" not in one
        ]
        return [line.strip() for line in lines if SPELLED.search(line)]
    strings, docstrings = [], set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            docstrings.add(node.value)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            strings.append(node)
    return [s.value for s in strings if s not in docstrings and SPELLED.search(s.value)]


def test_nobody_else_spells_a_path(tmp_path):
    files = [*WORKFLOW.rglob("*.py"), *WORKFLOW.rglob("*.smk"), WORKFLOW.parent / "Snakefile"]
    assert len(files) > 150
    may = "layout.py", "models.py"  # the descriptions of config keys name files
    found = {str(p): spelled(p) for p in files if p.name not in may and spelled(p)}
    assert found == {}
    wrong = tmp_path / "wrong.py"
    wrong.write_text('"""An archive.csv."""\npath = f"seed{1}/archive.csv"\n')
    assert spelled(wrong) == ["/archive.csv"]
    wrong = tmp_path / "wrong.smk"
    wrong.write_text("rule a:\n    # front.csv\n    output: 'front.csv'\n")
    assert spelled(wrong) == ["output: 'front.csv'"]
