import pytest
import yaml
from helpers.runs import CONFIG, ROOT
from hypothesis import given
from hypothesis import strategies as st

from archfront.config.experiment import validated
from archfront.config.schema import schema
from archfront.core.registry import ConfigError
from archfront.pages import fields

EXPERIMENTS = [ROOT / "config.yaml", *sorted((ROOT / "experiments").rglob("*.yaml"))]


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


@pytest.mark.parametrize("text", ["[" * 10_000, "{a: 1, a: 2}", "a: ["])
def test_a_text_that_is_no_value_of_a_config_stays_text(text):
    assert fields.from_text("yaml", text) == text


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


@pytest.mark.parametrize(
    ("config", "found"),
    [
        (CONFIG | {"supernet": "embedded_mobilenetv3"}, set()),
        ({"supernet": "archfront.rehearsal:Replay"}, set()),
        ({"supernet": {"name": "evil:Net", "weights": ["x", "c:d"]}}, {"evil:Net", "c:d"}),
        ({"objectives": ["top1", "evil:one", 3]}, {"evil:one"}),
        ({"predictors": {"top1": "evil:Two", "latency": None}}, {"evil:Two"}),
        ({"search": {"algorithm": "evil:three"}}, {"evil:three"}),
        ({"concurrent": {"search": [{}, {"algorithm": "evil:four"}]}}, {"evil:four"}),
        ({"search": "evil:three", "objectives": 3, "predictors": "evil:x"}, {"evil:x"}),
        ({}, set()),
    ],
)
def test_the_code_that_a_config_names_is_found_without_an_import(config, found):
    assert fields.plug_ins(config) == found
