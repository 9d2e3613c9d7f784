"""Change one thing on a finished run: what is measured again, counted."""

from collections import Counter

import pandas as pd
import pytest
from helpers.runs import CONFIG, Folder

slow = pytest.mark.slow
EDITED = "\n\nEDITED = True\n"
LOOP = CONFIG["concurrent"]


class Rerun:
    """A copy of the finished run, run again after a change; ``new`` lines were measured.

    ``targets`` are files in the folder of results, of which alone the run is asked.
    """

    def __init__(
        self, finished: Folder, path, config=None, environment=None, edit=None, targets=()
    ):
        self.folder = finished.copy(path)
        before = len(self.folder.taken())
        self.samples = self.digests("samples/population.csv")
        self.folder.write(CONFIG | (config or {}))
        if edit is not None:
            self.folder.with_own_source()
            assert self.folder.run().returncode == 0
            self.drawn_before = self.figure_times()
            edit(self.folder.source / "workflow" / "archfront")
        files = [f"results/small/{target}" for target in targets]
        done = self.folder.run(*files, **(environment or {}))
        assert done.returncode == 0, done.stderr[-5000:]
        self.output = done.stdout + done.stderr
        self.old, self.new = self.folder.taken()[:before], self.folder.taken()[before:]

    def digests(self, table: str) -> set[str]:
        return set(pd.read_csv(self.folder.results / "seed1" / table)["digest"])

    def figure_times(self) -> dict[str, float]:
        return {p.name: p.stat().st_mtime for p in (self.folder.results / "figures").glob("*.png")}

    def measured(self, objective: str) -> list[str]:
        return [line.split()[1] for line in self.new if line.startswith(f"{objective} ")]

    def nothing_twice(self) -> bool:
        """Top-1 once in all; latency once per platform."""
        return all(
            count <= (1 if line.startswith("top1") else len(CONFIG["platforms"]))
            for line, count in Counter(self.old + self.new).items()
        )


@pytest.fixture
def rerun(finished, tmp_path):
    return lambda **change: Rerun(finished, tmp_path / "copy", **change)


def test_nothing_changed_nothing_runs(rerun):
    assert "Nothing to be done" in rerun().output


def test_one_more_iteration_measures_that_iteration(rerun, finished):
    archive = "seed1/single/concurrent/archive.csv"
    again = rerun(config={"concurrent": LOOP | {"iterations": 3}}, targets=[archive])
    rows, old = (pd.read_csv(f.results / archive) for f in (again.folder, finished))
    assert rows["iteration"].max() == 3
    assert 0 < len(again.new) <= 3 * 2  # three sub-networks, two objectives
    assert rows[rows["iteration"] < 3].equals(old)
    assert again.nothing_twice()


@slow
def test_one_iteration_less_measures_nothing(rerun):
    again = rerun(config={"concurrent": LOOP | {"iterations": 1}})
    assert again.new == []
    assert pd.read_csv(
        again.folder.results / "seed1/single/concurrent/archive.csv"
    )["iteration"].max() == 1  # fmt: skip


@slow
@pytest.mark.parametrize("stagnation", [1e-9, 10])
def test_another_convergence_threshold_measures_nothing_again(rerun, stagnation):
    again = rerun(config={"concurrent": LOOP | {"stagnation": stagnation}})
    assert again.new == []


@slow
def test_one_more_seed_measures_that_seed(rerun):
    again = rerun(config={"seeds": [1, 2]})
    samples = pd.read_csv(again.folder.results / "seed2/samples/population.csv")
    assert len(set(samples["digest"]) & set(again.measured("top1"))) >= 8
    assert again.nothing_twice()


@slow
def test_one_more_platform_does_not_measure_top1_again(rerun):
    platforms = CONFIG["platforms"] | {"third": {"batch_size": 2}}
    again = rerun(config={"platforms": platforms, "popdb": CONFIG["popdb"] | {"target": "batched"}})
    assert set(again.measured("latency")) >= again.samples
    assert not set(again.measured("top1")) & again.samples
    counts = Counter(line for line in again.old + again.new if line.startswith("top1"))
    assert set(counts.values()) == {1}


@slow
def test_more_samples_measure_the_new_ones_and_what_follows(rerun):
    again = rerun(config={"sampling": {"count": 14}})
    assert again.digests("samples/population.csv") > again.samples
    assert not set(again.measured("top1")) & again.samples
    assert again.nothing_twice()


@slow
def test_another_budget_of_one_tactic_changes_no_other_tactic(rerun, finished):
    again = rerun(config={"budgets": {"full": {"samples": 14, "batch": 3}}})
    archive = "seed1/single/full/archive.csv"
    rows = pd.read_csv(again.folder.results / archive)
    assert rows["iteration"].value_counts().to_dict() == {0: 14, 1: 3}
    kept = ["reference/single.json", "seed1/samples/population.csv"]
    kept += ["seed1/single/concurrent/archive.csv", "seed1/batched/concurrent/archive.csv"]
    for path in kept:
        now, before = (f.results / path for f in (again.folder, finished))
        assert now.read_bytes() == before.read_bytes()
    # Two samples more, at most three proposals of full on each platform, and the batches of the
    # search in the constrained space, which full's history makes.
    assert 2 <= len(set(again.measured("top1")) - again.samples) <= 2 + 2 * 3 + 12
    assert again.nothing_twice()


@slow
def test_one_more_objective_measures_that_objective(rerun):
    again = rerun(config={"objectives": ["top1", "latency", "own:energy"]})
    assert set(again.measured("energy")) >= again.samples
    # Sub-networks newly proposed for three objectives are measured in all of them.
    proposed = {line.split()[1] for line in again.old}
    assert not set(again.measured("top1")) & proposed
    assert again.nothing_twice()


@slow
@pytest.mark.parametrize(
    "change",
    [
        {"predictors": {"top1": "svr", "latency": "ridge"}},
        {"search": CONFIG["search"] | {"algorithm": "own:random_search"}},
        {"popdb": CONFIG["popdb"] | {"default_threshold": 0.2}},
    ],
    ids=["predictor", "algorithm", "PopDB threshold"],
)
def test_another_way_to_search_measures_newly_proposed_sub_networks_only(rerun, change):
    again = rerun(config=change)
    assert again.new, "the change should propose something new"
    assert again.nothing_twice()


@pytest.mark.slow
def test_other_chunks_and_other_cores_measure_nothing(finished, tmp_path):
    folder = finished.copy(tmp_path / "copy")
    before = folder.taken()
    folder.write(CONFIG | {"measurement": {"chunk_size": 4, "attempts": 1}})
    done = folder.run("--cores", "1")
    assert done.returncode == 0, done.stderr[-5000:]
    assert folder.taken() == before


def append(name, text):
    def edit(library):
        path = library / name
        path.write_text(path.read_text() + text)

    return edit


def test_edited_code_makes_its_users_run_again_and_no_other_job(finished, tmp_path):
    folder = finished.copy(tmp_path / "copy")
    folder.with_own_source()
    library = folder.source / "workflow" / "archfront"
    for path in library.rglob("*.py"):
        path.write_text(path.read_text() + '\n\n"""Explained at last."""\n')
    append("baselines/weaknas.py", EDITED)(library)
    assert "Nothing to be done" in folder.run("-n").stdout
    append("search/expected_hypervolume.py", EDITED)(library)
    # Later iterations run because of their input, and Snakemake tells no second reason.
    first = "Proposing iteration 1 of concurrent"
    assert changed_jobs(folder) == [
        f"{first} on batched (seed 1)",
        f"{first} on single (seed 1)",
        f"{first}_popdb on batched (seed 1)",
    ]


def changed_jobs(folder: Folder) -> list[str]:
    """The messages of the jobs that would run because a parameter has changed."""
    told = folder.run("-n")
    assert told.returncode == 0, told.stderr
    lines = (told.stdout + told.stderr).splitlines()
    reasons = [n for n, line in enumerate(lines) if line.startswith("Reason: Params have changed")]
    return sorted(lines[n - 1].partition(": ")[2] for n in reasons)


@slow
def test_a_figures_own_module_redraws_that_figure(rerun):
    again = rerun(edit=append("analytics/fronts.py", EDITED))
    assert again.new == []
    now = again.figure_times()
    assert [n for n, drawn in now.items() if drawn > again.drawn_before[n]] == ["fronts.png"]


@slow
def test_an_edited_library_module_takes_effect_and_measures_nothing_again(rerun):
    again = rerun(edit=append("search/operators.py", EDITED))
    assert again.new == []
    assert "search_full" in again.output and "train_predictors" not in again.output


@slow
def test_a_search_that_proposes_others_measures_only_these(rerun):
    """Mutation never changes a gene: another library, other proposals."""
    unchanging = "\n\ndef resampling_mutation(population, *_):\n    return population\n"
    again = rerun(edit=append("search/operators.py", unchanging))
    assert again.new and not set(again.measured("top1")) & again.samples


@slow
def test_other_weights_are_measured_anew_and_old_values_stay(rerun):
    again = rerun(environment={"INSTANT_DIGEST": "instant-2"})
    assert set(again.measured("top1")) >= again.samples
    store = "".join(p.read_text() for p in (again.folder.path / "results/store").glob("*.jsonl"))
    assert '"supernet":"instant-1"' in store and '"supernet":"instant-2"' in store


@slow
def test_a_stop_without_a_run_does_not_end_the_next_run(finished, tmp_path):
    folder = finished.copy(tmp_path / "copy")
    folder.write(CONFIG | {"concurrent": LOOP | {"iterations": 3}})
    assert folder.run("stop").returncode == 0
    done = folder.run(f"results/small/{LOOP_ON_SINGLE}")
    assert done.returncode == 0, done.stderr[-5000:]
    assert pd.read_csv(folder.results / LOOP_ON_SINGLE)["iteration"].max() == 3


LOOP_ON_SINGLE = "seed1/single/concurrent/archive.csv"


def test_another_search_space_is_planned_to_be_sampled_and_searched_anew(finished):
    """A dry run changes nothing, so that no copy is needed. The runs themselves are slow tests."""
    planned = finished.run("-n", f"results/small/{LOOP_ON_SINGLE}", INSTANT_KERNELS="3 5")
    counted = dict(line.split() for line in planned.stdout.splitlines() if len(line.split()) == 2)
    assert counted["sample_start"] == "1" and int(counted["propose_iteration"]) >= 1


@slow
@pytest.mark.parametrize("kernels", ["3 5 7 9", "3 5"], ids=["larger", "smaller"])
def test_another_search_space_is_sampled_and_searched_anew(rerun, kernels):
    """The digest of the super-network stays the same, so the store keeps its measurements."""
    again = rerun(environment={"INSTANT_KERNELS": kernels}, targets=[LOOP_ON_SINGLE])
    archive = pd.read_csv(again.folder.results / LOOP_ON_SINGLE)
    assert set(archive.filter(like="ks_").stack().dropna()) == {
        float(size) for size in kernels.split()
    }
    assert again.nothing_twice()


@slow
def test_a_raised_protocol_measures_that_objective_only(tmp_path):
    first = Folder(tmp_path / "run", CONFIG | {"objectives": ["top1", "own:energy"]})
    done = first.run()
    assert done.returncode == 0, done.stderr[-5000:]
    before = len(first.taken())
    assert first.run(OWN_PROTOCOL="2").returncode == 0
    new = first.taken()[before:]
    assert len(new) == sum(line.startswith("energy") for line in first.taken()[:before])
    assert all(line.startswith("energy") for line in new)
