"""The paper's figures as targets: planned in full, and made from small experiments."""

import re
import subprocess
import sys

import pandas as pd
import pytest
import yaml
from helpers.figure_files import assert_drawn
from helpers.image_folder import write_checkpoint, write_many_classes
from helpers.paper_folder import ROLES, write_data, write_small
from helpers.runs import CONFIG, ROOT, Folder
from helpers.searches import asked_and_told
from instant import Instant

from archfront.config import budgets, experiment
from archfront.config.constraints import constrained_space
from archfront.config.defaults import with_defaults
from archfront.core.files import read_json, write_json
from archfront.core.population_table import read_population
from archfront.measurement.store import MeasurementStore
from archfront.paper import targets
from archfront.paper.claims import CLAIMS
from archfront.paper.study import STANDS_IN
from archfront.search.popdb import constraint
from archfront.tactics import OWN, PUBLISHED


def planned(folder):
    """A folder for the full setting, with the data that its files name."""
    made = Folder(folder / "run", CONFIG | {"paper": "full"})
    write_data(made.path)
    return made


@pytest.mark.slow
def test_the_cost_of_the_full_setting_is_planned(tmp_path):
    folder = planned(tmp_path)
    done = folder.run("plan_paper")
    assert done.returncode == 0, done.stderr
    table = pd.read_csv(folder.path / "results/paper/full/plan.csv")
    rows = table.query("target == 'fig11' and experiment == 'full_weaknas'")
    # WeakNAS 1,000; NSGANetV2 30 batches of 8 from the same samples.
    assert rows["measurements"].tolist() == [5 * (1000 + 30 * 8)] and rows["hours"].isna().all()


def rehearsed(folder):
    return Folder(folder / "run", CONFIG | {"paper": "dry"})


def test_the_rehearsal_takes_all_samples_of_the_full_setting(tmp_path):
    """1,500 sub-networks in chunks of 250, without a file of the full setting's data."""
    done = rehearsed(tmp_path).run("--summary", "fig3")
    assert done.returncode == 0, done.stdout + done.stderr
    for chunk in ("top1/5", "latency/v100/5", "latency/skx/5"):
        assert f"results/dry_vision_rows/seed1/samples/measured/{chunk}.csv" in done.stdout
    assert "results/dry_vision_rows/seed1/samples/measured/top1/6.csv" not in done.stdout
    assert "results/full_" not in done.stdout


@pytest.mark.slow
def test_every_job_of_the_rehearsal_is_known(tmp_path):
    """The rehearsal has the jobs of the full setting, in another number of chunks."""
    (tmp_path / "dry").mkdir()
    (tmp_path / "full").mkdir()
    jobs = {}
    for setting, folder in (
        ("dry", rehearsed(tmp_path / "dry")),
        ("full", planned(tmp_path / "full")),
    ):
        done = folder.run("--summary", "paper")
        assert done.returncode == 0, done.stdout + done.stderr
        files = {line.split("\t")[0] for line in done.stdout.splitlines()}
        files = {file for file in files if "/measured/" not in file}
        own = rf"(?<=results/){setting}(?=_)|(?<=results/paper/){setting}(?=/)"
        jobs[setting] = {re.sub(own, "one", file) for file in files}
    assert jobs["dry"] == jobs["full"] and len(jobs["dry"]) > 1000
    roles = {found[1] for file in jobs["full"] if (found := re.match(r"results/one_(\w+)/", file))}
    assert roles == {path.stem for path in (ROOT / "experiments/full").glob("*.yaml")}


@pytest.mark.slow
def test_the_rehearsal_runs_on_platforms_that_are_not_here(tmp_path):
    """Full samples and the long search on 56 threads, and samples on a GPU."""
    folder = rehearsed(tmp_path)
    results = folder.path / "results"
    archives = {
        results / "dry_residual/seed1/cpu/full/archive.csv": 2000 + 50,
        results / "dry_residual_rows/seed1/v100/samples/archive.csv": 1500,
    }
    done = folder.run(*(str(path.relative_to(folder.path)) for path in archives))
    assert done.returncode == 0, done.stderr[-5000:]
    for path, rows in archives.items():
        archive = pd.read_csv(path)
        assert len(archive) == rows and archive[["top1", "latency"]].notna().all(axis=None)
    history = pd.read_csv(results / "dry_residual/seed1/cpu/full/history.csv")
    assert len(history) == 50 * 2000
    keys = [one.key for one in MeasurementStore(results / "store").measurements()]
    assert {key["supernet"].split()[0] for key in keys} == {"rehearsal,"}
    places = [key["platform"] for key in keys if "platform" in key]
    assert {(one["device"], one["threads"]) for one in places} == {("cpu", 56), ("cuda", 32)}
    assert {one["processor"] for one in places} == {None}


@pytest.mark.slow
def test_figures_of_the_rehearsal_say_what_they_are(tmp_path):
    folder = rehearsed(tmp_path)
    gpu = {"batch_size": 8, "device": "cuda"}
    write_small(
        folder.path,
        "full",
        supernet={"name": "ofa_resnet50", "checkpoint": "none.pt", "imagenet": "none"},
        platforms={"single": {"threads": 56}, "batched": gpu},
        bounds={},
    )
    done = folder.run("fig6", "fig7", "table1")
    assert done.returncode == 0, done.stderr[-5000:]
    drawn = folder.path / "results/paper/dry"
    for name in ("fig6", "fig7"):
        assert_drawn(drawn, name)
        page = (drawn / f"{name}.svg").read_text()
        assert "rehearsal: made-up values" in page and "ofa_resnet50" in page
    platforms = pd.read_csv(drawn / "table1.csv")["platform"]
    assert len(platforms) == 3 and platforms.str.endswith(", computed").all()


def test_every_role_has_a_file_in_both_settings():
    scaled, full, devices = (
        {path.stem for path in (ROOT / "experiments" / setting).glob("*.yaml")}
        for setting in ("scaled", "full", "devices")
    )
    named = {role for name in targets.ORDER for role in targets.module(name).ROLES}
    assert scaled == named - {"popdb"} == set(ROLES) and full == named - {"rehearsal_rows"}
    rows = {"vision_rows", "residual_rows", "translation_rows"}
    assert devices == {"vision", "threads"} | rows


def budget(setting, role, tactic):
    """Random samples and all validations of a tactic, as the file of the experiment says."""
    config = with_defaults(experiment.read(ROOT / f"experiments/{setting}/{role}.yaml"))
    first, size = budgets.samples(config, tactic), budgets.batch(config, tactic)
    batches = budgets.limits(config, tactic)["iterations"] if tactic != "full" else 1
    return first, first + size * batches


def test_full_search_trains_on_as_many_rows_as_in_the_paper():
    """On 1,000 to 4,000 (section 4.5) where validations are instant or the paper's."""
    for setting, role, least in (
        *(("scaled", role, 400) for role in ("vision", "residual", "translation")),
        *(("full", role, 1000) for role in ("vision", "residual", "translation", "popdb")),
        *((setting, "rivals", 1000) for setting in ("scaled", "full")),
    ):
        assert least <= budget(setting, role, "full")[0] <= 4000
    for role in ("vision", "rivals", "popdb"):
        assert budget("full", role, "concurrent_paper")[0] == 50
    for setting in ("scaled", "full"):
        assert budget(setting, "rivals", "validation") == (50, 10_000)


def test_the_full_setting_measures_on_the_paper_s_platforms():
    """Figure 12 at batch size 256; table 3 and figure 15 on the four rows of table 1."""
    popdb = experiment.read(ROOT / "experiments/full/popdb.yaml")
    assert popdb["platforms"][popdb["popdb"]["target"]]["batch_size"] == 256
    for role in ("vision_rows", "residual_rows", "translation_rows"):
        platforms = experiment.read(ROOT / f"experiments/full/{role}.yaml")["platforms"].values()
        assert [one.get("device", "cpu") for one in platforms] == ["cpu", "cpu", "cuda", "cuda"]
        assert len({one["model"] for one in platforms}) == 4


def test_a_setting_with_some_of_the_targets_has_a_report_on_these(tmp_path):
    folder = Folder(tmp_path / "run", CONFIG | {"paper": "devices"})
    done = folder.run("--summary", "paper")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "results/devices_vision/seed2/gpu/concurrent_from_one_thread/" in done.stdout
    assert "results/paper/devices/table1.csv" in done.stdout and "fig7" not in done.stdout
    done = folder.run("-n", "fig7")
    assert (
        done.returncode
        and "'devices' has no fig7, but table1, fig5, fig6" in done.stdout + done.stderr
    )


@pytest.mark.slow
def test_the_time_is_printed(made):
    told = (made / "told.txt").read_text()
    assert re.search(r"The paper's experiments \(scaled\) took \d+ minutes in this run\.", told)


@pytest.mark.slow
def test_every_figure_and_table_is_there(made):
    for name in targets.ORDER:
        if name in targets.FIGURES:
            assert_drawn(made / "paper/scaled", name)
        else:
            assert len(pd.read_csv(made / "paper/scaled" / f"{name}.csv")) > 0
    page = (made / "paper/scaled/report.html").read_text()
    places = [page.index(f'<h2 id="{name}">') for name in targets.ORDER]
    assert places == sorted(places)
    assert 'src="http' not in page and "held: " in page


@pytest.mark.slow
def test_every_claim_is_judged_by_the_data_of_its_figure(made):
    told = pd.read_csv(made / "paper/scaled/claims.csv")
    data = {c.target: pd.read_csv(made / "paper/scaled" / f"{c.target}.csv") for c in CLAIMS}
    assert told["claim"].tolist() == [claim.name for claim in CLAIMS]
    for tactic, column in ((PUBLISHED, "verdict"), (OWN, "verdict_archfront")):
        judged = [claim.verdict(data[claim.target], tactic) for claim in CLAIMS]
        assert told[column].fillna("").tolist() == [str(one or "") for one in judged]
    of_concurrent = [claim.of_concurrent for claim in CLAIMS]
    assert told["verdict"].notna().all()
    assert told["verdict_archfront"].notna().tolist() == of_concurrent


@pytest.mark.slow
@pytest.mark.parametrize("name", targets.FIGURES)
def test_only_the_papers_algorithm_is_called_concurrent_nas(made, name):
    """Each figure is drawn once without the paper's algorithm, and once without archfront's."""
    module = targets.module(name)
    for left_out, label in ((PUBLISHED, "archfront's ConcurrentNAS"), (OWN, "ConcurrentNAS")):
        files = {role: STANDS_IN.get(role, role) for role in module.ROLES}
        study = {
            role: narrowed_to_others(
                experiment.load(made.parent / f"experiments/scaled/{name}.yaml"), left_out
            )
            for role, name in files.items()
        }
        figure = module.draw(module.table(made, study), study)
        named = [text for text in texts_of(figure) if "ConcurrentNAS" in text]
        assert all(label in text for text in named)
        assert not any("archfront" in text for text in named) or left_out == PUBLISHED
        assert bool(named) == (name in ("fig5", "fig6", "fig9", "fig10", "fig11", "fig12"))


def narrowed_to_others(settings, left_out):
    popdb = [name for name in settings["popdb"]["tactics"] if name != left_out]
    return settings | {
        "tactics": [name for name in settings["tactics"] if name != left_out],
        "popdb": settings["popdb"] | {"tactics": popdb},
    }


def texts_of(figure):
    """The titles and the entries of the legends."""
    legends = [*figure.legends, *(axis.get_legend() for axis in figure.axes)]
    shown = [text.get_text() for one in filter(None, legends) for text in one.get_texts()]
    return [*shown, *(axis.get_title() for axis in figure.axes)]


@pytest.mark.slow
def test_a_record_gives_the_same_figures_and_verdicts(made, tmp_path):
    """Without the results: in an empty folder."""
    folder = Folder(made.parent, None)
    done = folder.run("results/paper/scaled/record.tar.xz")
    assert done.returncode == 0, done.stderr[-5000:]
    scaled = made / "paper/scaled"
    given = ["--record", scaled / "record.tar.xz", "--claims", scaled / "claims.csv"]
    command = [sys.executable, ROOT / "workflow/verify.py", *given, "--out", tmp_path / "out"]
    told = subprocess.run(
        command, capture_output=True, text=True, cwd=tmp_path, env=folder.environment
    )
    assert told.returncode == 0, told.stderr[-5000:]
    for path in sorted((tmp_path / "out").iterdir()):
        assert path.read_bytes() == (scaled / path.name).read_bytes(), path.name
    (tmp_path / "claims.csv").write_text("another one")
    given[-1] = tmp_path / "claims.csv"
    command = [sys.executable, ROOT / "workflow/verify.py", *given, "--out", tmp_path / "out"]
    told = subprocess.run(
        command, capture_output=True, text=True, cwd=tmp_path, env=folder.environment
    )
    assert told.returncode == 1 and "claims.csv differs from" in told.stderr


@pytest.mark.slow
def test_a_transferred_front_is_the_front_measured_elsewhere(made):
    run = made / "scaled_threads/seed1"
    front = pd.read_csv(run / "single/concurrent/front.csv")
    moved = pd.read_csv(run / "batched/concurrent_from_single/archive.csv")
    assert set(moved["digest"]) <= set(front["digest"]) and len(moved) == min(6, len(front))
    both = moved.merge(front, on="digest", suffixes=("", "_there"))
    assert (both["top1"] == both["top1_there"]).all()
    assert (both["latency"] > both["latency_there"]).all()


@pytest.mark.slow
def test_the_values_of_the_fronts_constrain_the_next_search(made, tmp_path):
    run, space = made / "scaled_threads", Instant().space
    paths = sorted(run.glob("seed*/single/concurrent*/front.csv"))
    fronts = pd.concat(map(pd.read_csv, paths)).drop_duplicates("digest", ignore_index=True)
    table = pd.read_csv(run / "front_values/single.csv")
    for name, rows in table.groupby("parameter"):
        shares = fronts[name].dropna().value_counts(normalize=True)
        there = rows.set_index("value")["frequency"]
        assert there[there > 0].to_dict() == pytest.approx(shares.to_dict())
    allowed = read_json(run / "front_values/single.json")["allowed"]
    assert allowed == constraint(table, dict.fromkeys(space.kinds, 0.01))[0]
    assert space.contained_in(read_population(space, fronts), space.constrain(allowed)).all()
    frequent = {"allowed": constraint(table, dict.fromkeys(space.kinds, 0.3))[0]}
    write_json(tmp_path / "frequent.json", frequent)
    small = constrained_space(space, [tmp_path / "frequent.json"])
    search = asked_and_told(2, space=small)
    assert len(search.measured) == 16 and small.size < space.size / 100
    assert space.contained_in(search.measured, small).all()


ON_FILES = {"few": "any", "residual": "cpu", "threads": "threads_1_batch_1"}
"""An experiment of the full setting per image classifier, and one of its platforms. The Transformer
has its own test."""


@pytest.mark.slow
@pytest.mark.parametrize("role", ON_FILES)
def test_the_full_setting_measures_on_files_of_the_published_shape(role, tmp_path):
    """A rehearsal leaves this part out: the super-network is that of the experiment's file, with
    random weights and a few images. Four sub-networks are measured, on one thread, with one
    image."""
    folder = Folder(tmp_path / "run", CONFIG | {"paper": "full"})
    config = experiment.read(ROOT / f"experiments/full/{role}.yaml")
    given, platform = config["supernet"], ON_FILES[role]
    write_checkpoint(folder.path / given["checkpoint"], given["name"], classes=1000)
    write_many_classes(folder.path / given["imagenet"], 1000)
    few = {"validation_images": 100, "calibration_images": 100, "latency_seconds": 0.1}
    config["sampling"]["count"] = 4
    config["learning_curve"] = {"rows": [5]}
    config["measurement"] = config.get("measurement", {}) | few
    config["platforms"] = {platform: {"threads": 1, "batch_size": 1}}
    place = folder.path / "experiments/full"
    place.mkdir(parents=True)
    (place / f"{role}.yaml").write_text(yaml.safe_dump(config))
    path = f"results/full_{role}/seed1/{platform}/samples/archive.csv"
    done = folder.run(path)
    assert done.returncode == 0, done.stderr[-5000:]
    archive = pd.read_csv(folder.path / path)
    assert len(archive) == 4 and archive[config["objectives"]].notna().all(axis=None)
    assert archive["reason"].isna().all()
