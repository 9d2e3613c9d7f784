"""The graphical way in, without a browser: fields from the schema, files of the project, who may
ask, drawings, charts, what is at work."""

import asyncio
import subprocess
import sys

import numpy as np
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from runs import CONFIG, ROOT

from archfront.config.experiment import validated
from archfront.config.schema import schema
from archfront.core.platform import Platform, suggested_platforms
from archfront.core.registry import ConfigError
from archfront.measurement import store as stores
from archfront.measurement.store import Measurement, MeasurementStore
from archfront.pages import charts, drawing, fields, found
from archfront.pages import runs as at_work
from archfront.pages.guard import COOKIE, Guard
from archfront.pages.project import Project
from archfront.supernets.registry import supernet

EXPERIMENTS = [ROOT / "config.yaml", *sorted((ROOT / "experiments").rglob("*.yaml"))]


# -- the form's fields -----------------------------------------------------------------------------


def leaves(found):
    for field in found:
        yield field
        yield from leaves(field.parts)


def keys(part):
    """All keys of a schema, and of the objects within."""
    for key, inner in part.get("properties", {}).items():
        yield key
        if inner.get("type") == "object":
            yield from keys(inner)
            each = inner.get("additionalProperties")
            yield from keys(each) if isinstance(each, dict) else ()


def test_every_key_of_the_schema_is_a_field_and_says_what_it_is():
    there = list(leaves(fields.fields(schema())))
    assert [field.path[-1] for field in there] == list(keys(schema()))
    assert all(field.description for field in there)


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        (("experiment",), "text"),
        (("supernet",), "choice"),
        (("platforms",), "named"),
        (("platforms", "threads"), "number"),
        (("platforms", "cores"), "list"),
        (("objectives",), "choices"),
        (("bounds",), "mapping"),
        (("seeds",), "list"),
        (("concurrent", "search"), "yaml"),
        (("reference_point",), "yaml"),
        (("popdb", "enabled"), "switch"),
        (("popdb", "tactics"), "choices"),
        (("popdb", "thresholds"), "mapping"),
    ],
)
def test_the_kind_of_a_field_follows_from_the_schema(path, kind):
    (field,) = [f for f in leaves(fields.fields(schema())) if f.path == path]
    assert field.kind == kind


@pytest.mark.parametrize("path", EXPERIMENTS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_what_a_file_says_comes_back_from_the_fields(path):
    config = yaml.safe_load(path.read_text())
    for field in leaves(fields.fields(schema())):
        value = fields.value_at(config, field.path)
        if value is not None and field.kind not in ("group", "named", "choice", "switch"):
            assert fields.from_text(field.kind, fields.as_text(field.kind, value)) == value


@given(
    st.dictionaries(st.sampled_from("abc"), st.dictionaries(st.sampled_from("de"), st.integers())),
    st.tuples(st.sampled_from("abc"), st.sampled_from("de")),
    st.integers(),
)
def test_what_is_put_is_there_and_what_is_taken_back_leaves_nothing(config, path, value):
    before = {key: inner for key, inner in config.items() if inner}
    before.get(path[0], {}).pop(path[1], None)
    before = {key: dict(inner) for key, inner in before.items() if inner}
    fields.put(config, path, value)
    assert fields.value_at(config, path) == value
    fields.put(config, path, None)
    assert fields.value_at(config, path) is None
    assert {key: inner for key, inner in config.items() if inner} == before


def test_a_message_of_the_schema_finds_its_field():
    known = {("platforms", "here", "threads"), ("platforms", "here"), ("tactics",)}
    wrong = CONFIG | {"platforms": {"here": {"threads": 0}}, "tactics": ["ful"], "sampling": 3}
    with pytest.raises(ConfigError) as refused:
        validated(wrong)
    beside, others = fields.places(str(refused.value), known)
    assert set(beside) == {("platforms", "here", "threads"), ("tactics",)}
    assert "did you mean 'full'?" in beside["tactics",][0]
    assert len(others) == 1 and others[0].startswith("sampling")


def test_only_platforms_that_this_host_provides_are_suggested():
    suggested = suggested_platforms()
    assert {"one_thread", "all_cores"} <= set(suggested)
    for name, settings in suggested.items():
        Platform(name, **settings).check()
    assert validated(CONFIG | {"platforms": suggested, "popdb": {"enabled": False}})


# -- files -----------------------------------------------------------------------------------------


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
    ):
        with pytest.raises(ConfigError, match="outside"):
            project.check_files(config)
    project.check_files({"constraint": "compofa", "sampling": 3})


# -- who may ask -----------------------------------------------------------------------------------


def answer(token, kind="http", query="", **headers):
    """(status, cookie) of a request; 1008 is a socket's refusal."""
    sent = []

    async def page(scope, receive, send):
        if kind == "http":
            await send({"type": "http.response.start", "status": 200, "headers": []})
        else:
            await send({"type": "websocket.accept"})

    async def receive():
        return {"type": f"{kind}.connect"}

    async def send(message):
        sent.append(message)

    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": kind, "headers": raw, "query_string": query.encode()}
    asyncio.run(Guard(page, token)(scope, receive, send))
    first = sent[0]
    cookie = dict(first.get("headers", [])).get(b"set-cookie", b"").decode()
    return first.get("status", first.get("code", 200)), cookie


HERE = "127.0.0.1:8080"


@pytest.mark.parametrize("kind", ["http", "websocket"])
def test_a_page_of_this_computer_may_ask_and_nobody_elses(kind):
    refused = 403 if kind == "http" else 1008
    assert answer(None, kind, host=HERE)[0] == 200
    assert answer(None, kind, host=HERE, origin=f"http://{HERE}")[0] == 200
    assert answer(None, kind, host="rebound.example:8080")[0] == refused
    assert answer(None, kind, host=HERE, origin="http://evil.example")[0] == refused
    assert answer(None, kind, host=HERE, origin="null")[0] == refused
    assert answer(None, kind, host=HERE, origin="http://localhost:9999")[0] == refused
    assert answer(None, kind, host=HERE, sec_fetch_site="cross-site")[0] == refused
    assert (
        answer(None, kind, host=HERE, sec_fetch_site="cross-site", sec_fetch_mode="navigate")[0]
        == 200
    )


@pytest.mark.parametrize("kind", ["http", "websocket"])
def test_others_need_the_token_which_is_then_kept(kind):
    refused = 403 if kind == "http" else 1008
    host = {"host": "10.0.0.7:8080"}
    assert answer("abc", kind, **host)[0] == refused
    assert answer("abc", kind, query="token=abd", **host)[0] == refused
    assert answer("abc", kind, cookie=f"{COOKIE}=abd", **host)[0] == refused
    assert answer("abc", kind, cookie=f"{COOKIE}=abc", **host)[0] == 200
    assert answer("abc", kind, cookie=f"{COOKIE}=abc", origin="http://evil", **host)[0] == refused
    status, cookie = answer("abc", kind, query="token=abc", **host)
    assert status == 200
    if kind == "http":
        assert f"{COOKIE}=abc" in cookie and "HttpOnly" in cookie and "SameSite=Strict" in cookie


# -- drawings and charts ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "rows"),
    [
        ("embedded_mobilenetv3", {f"d_{n} = 2": 4 for n in range(5)}),
        ("embedded_resnet",
         {"d": 1, "d_1 = 0": 4, "d_2 = 0": 4, "d_3 = 0": 6, "d_4 = 0": 4, "w": 6}),
        ("embedded_transformer", {"encoder_embed_dim = 24": 0, "encoder": 4,
                                  "decoder_embed_dim = 24": 0, "decoder_layer_num = 1": 4}),
    ],
)  # fmt: skip
def test_every_layer_is_drawn_and_what_is_absent_says_so(name, rows):
    space = supernet(name).space
    smallest, largest = space.decode(space.extremes())
    small, large = drawing.parts(space, smallest), drawing.parts(space, largest)
    assert {part.title: len(part.layers) for part in small} == rows
    assert [len(part.layers) for part in large] == list(rows.values())
    assert all(layer.values for part in large for layer in part.layers)
    absent = sum(not layer.values for part in small for layer in part.layers)
    drawn = drawing.svg(small, "small")
    assert drawn.count(">absent<") == absent > 0
    for value in (v for part in large for layer in part.layers for v in layer.values):
        assert 0 < value[2] <= 1


def test_what_differs_is_marked_and_nothing_else():
    space = supernet("embedded_mobilenetv3").space
    (one,) = space.decode(space.extremes()[1:])
    other = {kind: list(values) for kind, values in one.items()}
    other["ks"][5] = 3
    changed = [
        layer for part in drawing.parts(space, one, other) for layer in part.layers if layer.changed
    ]
    assert len(changed) == 1 and ("ks", 7, 1.0) in changed[0].values
    same = drawing.parts(space, one, one)
    assert not any(layer.changed for part in same for layer in part.layers)


def test_a_drawing_takes_no_name_for_code():
    part = drawing.Part("<script>", (drawing.Layer((("<b>", "<i>", 1.0),)),))
    assert "<script>" not in drawing.svg([part], '"><script>') and "<b>" not in drawing.svg(
        [part], ""
    )


def test_many_points_are_counted_not_sent():
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=(2, 100_000))
    cells = charts.density(x, y)
    assert sum(count for _, _, count in cells) == 100_000
    assert len(cells) <= charts.CELLS[0] * charts.CELLS[1]
    few = charts.density(x[:50], y[:50])
    assert [(a, b) for a, b, _ in few] == list(zip(x[:50], y[:50], strict=True))


# -- runs and the store ----------------------------------------------------------------------------


def test_a_run_is_seen_by_its_lock_and_no_second_one_is_started(tmp_path):
    project = Project(tmp_path)
    assert at_work.running_experiment(project) is None
    project.write(CONFIG)
    project.results.mkdir()
    holding = (
        "import fcntl, sys; f = open('results/.run.lock', 'a'); fcntl.flock(f, fcntl.LOCK_EX); "
        "print('small', file=f, flush=True); print('held', flush=True); sys.stdin.read()"
    )
    other = subprocess.Popen(
        [sys.executable, "-c", holding],
        cwd=tmp_path,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert other.stdout.readline() == "held\n"
    assert at_work.running_experiment(project) == "small"
    with pytest.raises(ConfigError, match="at work"):
        at_work.start(project, "experiments/small.yaml", "default")
    with pytest.raises(ConfigError, match="at work"):
        at_work.export(project, "small", {})
    other.communicate("")
    assert at_work.running_experiment(project) is None


def test_of_the_store_only_what_changed_is_read_again(tmp_path, monkeypatch):
    project, read = Project(tmp_path), []

    def counted(path):
        read.append(path)
        return stores.read_segment(path)

    monkeypatch.setattr(found, "read_segment", counted)
    first, second = (MeasurementStore(project.results / "store") for _ in range(2))
    for number, store in enumerate((first, second)):
        key = {"objective": "top1", "supernet": "s", "configuration": {"d": [number]}}
        store.append(Measurement(key, 1.0 + number, finished=float(number)))
    everything = found.store_table(project)
    assert sorted(everything["value"]) == [1.0, 2.0] and len(read) == 2
    assert list(everything.columns) == list(first.table().columns)
    assert found.store_table(project) is everything and len(read) == 2
    key = {"objective": "top1", "supernet": "s", "configuration": {"d": [9]}}
    second.append(Measurement(key, 3.0, finished=9.0))
    assert sorted(found.store_table(project)["value"]) == [1.0, 2.0, 3.0] and len(read) == 3
