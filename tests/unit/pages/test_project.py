import io
import os
import shutil
import zipfile

import pytest
from helpers.past_run import past_run
from helpers.runs import CONFIG

from archfront.config.layout import runs_with
from archfront.core.registry import ConfigError
from archfront.pages import found
from archfront.pages import project as module
from archfront.pages.project import Project, printable, zipped


def test_an_experiment_is_written_and_read_and_keeps_its_heading(tmp_path):
    project, config = Project(tmp_path), CONFIG | {"experiment": "mine"}
    path = project.write(config)
    assert path == tmp_path / "experiments/mine.yaml" and project.read(path) == config
    path.write_text("# What it is for.\n# And more.\n" + path.read_text())
    project.write(config | {"seeds": [7]})
    assert path.read_text().startswith("# What it is for.\n# And more.\nexperiment: mine\n")
    assert project.experiments() == {"mine": "experiments/mine.yaml"}
    assert [p.name for p in path.parent.iterdir()] == ["mine.yaml"]


def test_what_a_page_has_written_is_what_is_run(tmp_path):
    project = Project(tmp_path)
    (tmp_path / "config.yaml").write_text("experiment: default\n")
    (tmp_path / "experiments/scaled").mkdir(parents=True)
    (tmp_path / "experiments/scaled/few.yaml").write_text("experiment: scaled_few\n")
    (tmp_path / "experiments/broken.yaml").write_text("experiment: [\n")
    begun = tmp_path / "results/from_elsewhere/config.yaml"
    begun.parent.mkdir(parents=True)
    begun.write_text("experiment: from_elsewhere\n")
    known = {
        "from_elsewhere": "results/from_elsewhere/config.yaml",
        "default": "config.yaml",
        "scaled_few": "experiments/scaled/few.yaml",
    }
    assert project.experiments() == known
    assert next(iter(project.experiments())) == "from_elsewhere"
    project.write({"experiment": "default"})
    assert project.experiments() == known | {"default": "experiments/default.yaml"}


@pytest.mark.parametrize("name", ["../outside", "", "A", "a/b", "..", "/etc/x", "a\n"])
def test_no_name_leads_out_of_the_project(tmp_path, name):
    project = Project(tmp_path / "in")
    for refused in (project.folder, lambda n: project.write({"experiment": n})):
        with pytest.raises(ConfigError):
            refused(name)
    assert not list(tmp_path.rglob("*.yaml"))


def test_no_file_outside_the_project_is_read(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "secret.yaml").write_text("password: hunter2\n")
    (tmp_path / "in/link.yaml").symlink_to(tmp_path / "secret.yaml")
    project = Project(tmp_path / "in")
    for path in ("../secret.yaml", str(tmp_path / "secret.yaml"), "link.yaml"):
        with pytest.raises(ConfigError, match="outside"):
            project.read(path)
    for config in (
        {"constraint": "../secret.yaml"},
        {"sampling": {"file": "/etc/passwd"}},
        {"warm_start": {"file": "link.yaml"}},
        {"concurrent": {"proposals": "../secret.yaml"}},
        {"constraint": "a\0b"},
    ):
        with pytest.raises(ConfigError, match=r"outside|no path"):
            project.check_files(config)
    project.check_files({"constraint": "compofa", "sampling": 3})


@pytest.mark.parametrize(
    "config",
    [{"constraint": {"experiment": "old"}}, {"warm_start": {"run": {"experiment": "old"}}}],
)
def test_results_of_another_experiment_that_lead_out_of_the_project_are_refused(tmp_path, config):
    project = Project(tmp_path / "here")
    (project.results / "old").mkdir(parents=True)
    project.check_files(config)
    (project.results / "old/front_values").symlink_to(tmp_path)
    with pytest.raises(ConfigError, match=r"experiment: .*: lies outside the project"):
        project.check_files(config)


UNREADABLE = {
    "bytes": (b"experiment: caf\xe9\n", "no text in UTF-8"),
    "deep": (b"a: " + b"[" * 3000 + b"]" * 3000, "deep.yaml: "),
    "cycle": (b"a: &a [*a]\n", "cycle.yaml: "),
    "surrogate": (b'supernet: "\\ud800"\n', "surrogate.yaml: "),
    "empty": (b"", "expected keys and values, found NoneType"),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_a_file_that_no_page_can_show_is_refused_and_the_others_are_listed(tmp_path, name):
    project, (content, message) = Project(tmp_path), UNREADABLE[name]
    project.write(CONFIG)
    (tmp_path / f"experiments/{name}.yaml").write_bytes(content)
    with pytest.raises(ConfigError, match=message):
        project.read(f"experiments/{name}.yaml")
    assert project.experiments() == {"small": "experiments/small.yaml"}
    assert f"experiments/{name}.yaml" in project.written()


def test_a_file_or_folder_whose_name_is_no_text_is_left_out(tmp_path):
    project = Project(tmp_path)
    project.write(CONFIG)
    for folder, name in (("experiments", b"\xff.yaml"), ("results", b"\xff/config.yaml")):
        path = tmp_path / folder / os.fsdecode(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("experiment: odd\n")
    assert project.written() == ["experiments/small.yaml"] and project.begun() == []


def test_a_folder_beside_the_runs_is_no_run(tmp_path):
    project, run = Project(tmp_path), past_run(tmp_path / "results", "mine")
    folder = project.folder("mine")
    shutil.copytree(folder / "seed1", folder / "seed1_old")
    assert project.having("front") == ["mine"]
    assert [found[:3] for found in runs_with(folder, "front")] == [(1, "single", "full")]
    shutil.rmtree(folder / "seed1")
    assert project.having("front") == [] and not (folder / run.front).exists()


def test_two_pages_that_write_one_file_do_not_overwrite_each_other(tmp_path):
    project, path = Project(tmp_path), "experiments/small.yaml"
    assert project.version(path) == "" == project.overwritten(path, None, "")
    project.write(CONFIG)
    first = second = project.version(path)
    assert project.overwritten(path, path, first) == ""
    project.write(CONFIG | {"seeds": [7]})
    first = project.version(path)
    changed = f"{path} has changed since this page opened it."
    assert project.overwritten(path, path, second) == changed
    assert project.overwritten(path, path, first) == ""
    assert project.overwritten(path, "config.yaml", first) == f"{path} is there already."
    (tmp_path / path).unlink()
    assert project.overwritten(path, path, first) == ""


def test_links_are_no_files_of_an_export(tmp_path):
    project = Project(tmp_path / "project")
    folder = project.results / "one/export"
    folder.mkdir(parents=True)
    (folder / "net.onnx").write_text("net")
    (folder / ".snakemake_timestamp").touch()
    (folder / "near").symlink_to("net.onnx")
    (folder / "folder").symlink_to("..")
    files = project.exported("one")
    assert [path.name for path in files] == ["net.onnx"]
    with zipfile.ZipFile(io.BytesIO(zipped(files))) as archive:
        assert archive.namelist() == ["net.onnx"] and archive.read("net.onnx") == b"net"


def test_an_export_outside_the_project_is_refused(tmp_path):
    project = Project(tmp_path / "project")
    (project.results / "one").mkdir(parents=True)
    assert project.exported("one") == []
    (tmp_path / "elsewhere").mkdir()
    (project.results / "one/export").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ConfigError, match="outside the project"):
        project.exported("one")


PLACES = {
    "results": "results",
    "results of the experiment": "results/mine",
    "results of a seed": "results/mine/seed1",
    "one file": "results/mine/logs/run.log",
    "a link of a link": "results/mine/seed1",
}


@pytest.mark.parametrize("name", PLACES)
def test_no_link_in_the_results_leads_out_of_the_project(tmp_path, name):
    project, place = Project(tmp_path / "in"), tmp_path / "in" / PLACES[name]
    place.parent.mkdir(parents=True)
    (tmp_path / "out").mkdir()
    if name == "a link of a link":
        (tmp_path / "in/elsewhere").mkdir()
        (tmp_path / "in/elsewhere/more").symlink_to(tmp_path / "out")
        place.symlink_to("../../elsewhere")
    else:
        place.symlink_to(tmp_path / "out")
    with pytest.raises(ConfigError, match="outside the project"):
        project.folder("mine")


def test_no_link_in_the_store_leads_out_of_the_project(tmp_path):
    project, store = Project(tmp_path / "in"), tmp_path / "in/results/store"
    store.mkdir(parents=True)
    assert project.store == store
    (store / "a.jsonl").symlink_to(tmp_path / "out.jsonl")
    with pytest.raises(ConfigError, match="outside the project"):
        found.store_table(project)


def test_links_inside_the_project_are_followed(tmp_path):
    project, folder = Project(tmp_path), tmp_path / "results/mine"
    (folder / "seed1").mkdir(parents=True)
    (folder / "seed2").symlink_to("seed1")
    (folder / "seed1/back").symlink_to("..")
    assert project.folder("mine") == folder


@pytest.mark.parametrize("path", ["a\0b", "\ud800", "loop/x", "a" * 5000])
def test_what_is_no_path_is_refused_or_read_as_one(tmp_path, path):
    (tmp_path / "loop").symlink_to("loop")
    try:
        assert Project(tmp_path).inside(path).is_relative_to(tmp_path)
    except ConfigError as error:
        assert "is no path of a file" in str(error) and str(error).encode()


def test_one_file_that_raises_anything_hides_no_other(tmp_path, monkeypatch):
    project = Project(tmp_path)
    project.write(CONFIG)
    project.write(CONFIG | {"experiment": "odd"})

    def reading(path):
        if path.name == "odd.yaml":
            raise ZeroDivisionError
        return CONFIG

    monkeypatch.setattr(module, "read", reading)
    assert project.experiments() == {"small": "experiments/small.yaml"}


def test_a_download_is_of_the_files_that_are_there_now(tmp_path):
    project = Project(tmp_path / "project")
    folder = project.results / "one/export"
    folder.mkdir(parents=True)
    (tmp_path / "secret").write_text("secret")
    net = folder / "net.onnx"
    net.write_text("net")
    assert project.download("one", "net.onnx") == b"net"
    (listed,) = project.exported("one")
    net.unlink()
    net.symlink_to(tmp_path / "secret")
    with pytest.raises(ConfigError):
        project.download("one", "net.onnx")
    with pytest.raises(OSError, match="is no regular file"):
        zipped([listed])
    net.unlink()
    with pytest.raises(ConfigError, match="no file of the last export any more"):
        project.download("one", "net.onnx")


def test_half_a_surrogate_pair_is_written_out():
    assert printable("a\ud800b") == "a\\ud800b"
