"""Whatever YAML may hold is accepted as a plain value, or refused soon, with its place."""

import copy
import math
import os
import time

import pytest
import yaml
from helpers.configs import RIGHT, changed
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archfront.config import experiment
from archfront.config.experiment import validated
from archfront.config.plain_values import DEEPEST, LARGEST, MOST, parsed, unfit
from archfront.core.registry import ConfigError

SOON = 5.0
"""Limit of the processor time of a refusal, in seconds. A refusal takes less than a second on an
idle host. Without the checks it takes 25 s, or has no end."""


def bomb(levels=9):
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    for n in range(1, levels):
        lines.append(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]")
    return "\n".join(lines)


def merged(levels=9):
    keys = ", ".join(f"k{n}: 1" for n in range(10))
    lines = [f"a0: &a0 {{{keys}}}"]
    for n in range(1, levels):
        lines.append(f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 10)}]}}")
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (bomb(), "line 5: more than 50,000 values"),
        (merged(), "line 4: more than 50,000 values"),
        (f"a: &a {'x' * 5_000}\nb: [{'*a, ' * 5_000}]", "line 2: more than 50,000 values"),
        (f"seeds: [{'1, ' * 60_000}]", "line 1: more than 50,000 values"),
        ("a: &a [*a]", "a value that it is a part of"),
        ("a: &a {b: {c: *a}}", "a value that it is a part of"),
        ("[" * 100_000, "line 1: more than 20 levels"),
        ("- " * 10_000, "line 1: more than 20 levels"),
        ("{a: " * 10_000, "line 1: more than 20 levels"),
        ("search: {a: 1}\nfull: {b: 1}\nsearch: {c: 1}", "line 3: the key search is in line 1 alr"),
        ("search: {population: 5, population: 6}", "line 1: the key population is in line 1"),
        ('search: 1\n"search": 2', "the key search"),
        ("a: &a search\n*a : 1\nsearch: 2", "the key search"),
        ("? [a]\n: 1", "line 1: a key is a list or a mapping; it must be a text"),
        ("a: 1\n? !!str {=: a}\n: 2", "line 2: a key is a list or a mapping"),
        ("a: &a {b: 1}\n*a : 2", "line 2: a key is a list or a mapping"),
        ("*a : 2", "undefined alias"),
        ("a: 2024-99-99", "line 1: a value cannot be read: '2024-99-99' is nothing of the YAML t"),
        ("a: 1\nb: !!bool foo", "line 2: a value cannot be read: 'foo' is .* YAML type bool"),
        ("a: !!int ''", "'' is nothing of the YAML type int"),
        ("a: !!int _", "'_' is nothing of the YAML type int"),
        ("a: !!float ''", "'' is nothing of the YAML type float"),
        ("a: !!timestamp foo", "'foo' is nothing of the YAML type timestamp"),
        (f"a: {'1' * 5_000}", "a value cannot be read"),
        ("a: !!python/object/apply:os.system [true]", "could not determine a constructor"),
        ("a: [", "expected (the )?node content"),
        ("a: 1\n---\nb: 2", "but found another document"),
    ],
)
def test_yaml_that_is_no_config_is_refused_soon(tmp_path, text, message):
    path = tmp_path / "mine.yaml"
    path.write_text(text)
    begun = time.process_time()
    with pytest.raises(ConfigError, match=rf"(?s)^{path}: .*{message}"):
        experiment.read(path)
    assert time.process_time() - begun < SOON


def test_merged_keys_aliases_and_a_byte_order_mark_are_allowed(tmp_path):
    path = tmp_path / "mine.yaml"
    text = "\ufeffone: &one {threads: 1}\ntwo: {<<: *one, threads: 2}\nthree: *one\n"
    path.write_text(text, encoding="utf-8")
    assert experiment.read(path) == {
        "one": {"threads": 1},
        "two": {"threads": 2},
        "three": {"threads": 1},
    }


def test_an_alias_gives_a_copy(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text("one: &one {cores: [1]}\ntwo: *one\n")
    content = experiment.read(path)
    content["one"]["cores"].append(2)
    assert content["two"] == {"cores": [1]}


@pytest.mark.parametrize("kind", ["device", "pipe", "large"])
def test_a_config_without_an_end_is_refused(tmp_path, kind):
    path = tmp_path / "mine.yaml"
    if kind == "device":
        path.symlink_to("/dev/zero")
    elif kind == "pipe":
        os.mkfifo(path)
    else:
        with path.open("wb") as file:
            file.truncate(1 << 32)
    with pytest.raises(ConfigError, match=r"no regular file|more than 1,000,000 bytes"):
        experiment.read(path)


DEEP = ring = []
for _ in range(2_000):
    DEEP = [DEEP]
ring.append(ring)
WIDE = ["x"] * 10
for _ in range(8):
    WIDE = [WIDE] * 10


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("seeds", DEEP, "seeds.0.*more than 20 levels"),
        ("seeds", ring, "seeds.0.*more than 20 levels"),
        ("seeds", WIDE, "seeds.0.*more than 50,000 values"),
        ("seeds", ["x" * MOST], "seeds.0: more than 50,000 values"),
        ("seeds", [1, "a", *range(2, 20_000)], "seeds.1: 'a' is not of type 'integer'"),
        ("seeds", [1.0], "seeds.0: 1.0 is not of type 'integer'"),
        ("sampling.count", 40.0, "sampling.count: 40.0 is not of type 'integer'"),
        ("seeds", [10**5_000], "seeds.0: an integer beyond 9223372036854775807 is not allowed"),
        ("seeds", [LARGEST + 1], "seeds.0: an integer beyond"),
        ("platforms", {10**5_000: {}}, "platforms.a int: a int is no text"),
        ("platforms", {1: {}}, "platforms.1: 1 is no text; write it in quotation marks"),
        ("platforms", {True: {}}, "platforms.True: True is no text"),
        ("platforms", {None: {}}, "platforms.None: None is no text"),
        ("platforms", {"a" * 300: {}}, "platforms: a{90,95} ... a{90,95} has more than 64 letters"),
        ("platforms", {"a\n": {}}, r"'a\\n' does not match"),
        ("platforms.one.partition", "a\n", r"platforms.one.partition: 'a\\n' does not match"),
        ("platforms.one.device", "cpu\n", r"platforms.one.device: 'cpu\\n' does not match"),
        ("platforms.one.model", "\ud800", r"platforms.one.model: '\\ud800' holds half a char"),
        ("experiment", "small\n", r"experiment: 'small\\n' does not match"),
        ("experiment", "a" * 300, "experiment: a.* has more than 64 letters"),
        ("experiment", yaml.safe_load("2024-01-01"), "experiment: datetime.* write it in quota"),
        ("measurement.time_limit", 1e300, "measurement.time_limit: 1e.300 is greater than"),
        ("measurement.latency_seconds", 1e300, "measurement.latency_seconds: 1e.300 is greater"),
        ("concurrent.seconds", 1e300, "concurrent.seconds: 1e.300 is greater than"),
        ("bounds", {"latency": math.nan}, "bounds.latency: nan is not allowed"),
        ("supernet", {"name": "a", "b": {1, 2}}, "supernet.b: {1, 2} is a set"),
        ("tactics", ["x"] * 20_000, "tactics.0: 'x' is not allowed"),
    ],
)
def test_values_that_no_config_may_hold_are_refused_soon(path, value, message):
    config = changed(path, "x") if path not in ("seeds", "platforms") else copy.deepcopy(RIGHT)
    part = config
    *sections, last = path.split(".")
    for section in sections:
        part = part[section]
    part[last] = value
    begun = time.process_time()
    with pytest.raises(ConfigError, match=message) as refused:
        validated(config)
    assert time.process_time() - begun < SOON
    assert len(str(refused.value)) < 20_000


MANY = [f"k{n}" for n in range(3_000)]


@pytest.mark.parametrize(
    ("config", "message"),
    [
        (dict.fromkeys(MANY, 1), "k0: unknown key"),
        ({"bounds": dict.fromkeys(MANY, 1)}, r"(?s)bounds.k0: neither .*2,980 more lines\)$"),
        ({"predictors": dict.fromkeys(MANY, "ridge")}, "predictors.k0: no objective that"),
        ({"popdb": {"thresholds": dict.fromkeys(MANY, 0.5)}}, "popdb.thresholds.k0: the super-n"),
        (
            {
                "platforms": {f"p{n}": {} for n in range(3_000)},
                "reference_point": {key: {} for key in MANY},
            },
            r"reference_point.k0: needs a platform \(p0, p1, .*, p19, ... \(2,980 more\)\) and",
        ),
        ({"bounds": {"x" * 40_000: 1}}, "bounds.xxx"),
    ],
)
def test_thousands_of_wrong_keys_are_refused_soon_and_in_few_words(config, message):
    begun = time.process_time()
    with pytest.raises(ConfigError, match=message) as refused:
        validated(RIGHT | config)
    assert time.process_time() - begun < SOON
    assert len(str(refused.value)) < 20_000
    assert len(str(refused.value).splitlines()) <= 21


def test_more_runs_than_a_workflow_can_hold_are_refused_before_they_are_made():
    config = {
        "experiment": "test",
        "platforms": {f"p{n}": {} for n in range(2_000)},
        "seeds": list(range(3_500)),
        "tactics": ["full", "concurrent", "random"],
    }
    begun = time.process_time()
    with pytest.raises(
        ConfigError, match=r"^seeds: 3,500 seeds, 2,000 platforms and 3 tactics make"
    ):
        validated(config)
    assert time.process_time() - begun < SOON
    validated(config | {"platforms": {"one": {}}, "seeds": list(range(20))})


@pytest.mark.parametrize(
    "place",
    [
        *("sampling.count", "concurrent.start", "concurrent.batch", "concurrent.iterations"),
        *("full.measured", "warm_start.count", "search.population"),
    ],
)
def test_a_count_has_a_maximum(place):
    with pytest.raises(ConfigError, match=f"{place}: 1000001 is greater than the maximum of"):
        validated(changed(place, 1_000_001))


PLAIN = st.one_of(
    *(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5)),
    *(st.binary(max_size=5), st.dates(), st.datetimes()),
)
YAML = st.recursive(
    PLAIN,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(PLAIN, inner, max_size=4),
        st.sets(st.integers(), max_size=3),
    ),
    max_leaves=20,
)


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(YAML)
def test_what_yaml_holds_is_read_as_written_or_refused_with_its_place(value):
    """Neither the text of a file nor its values lead to another exception than ConfigError."""
    text = yaml.safe_dump({"experiment": value, "platforms": {"one": value}, "supernet": value})
    try:
        content = parsed(text)
    except ConfigError as error:
        assert str(error)
        return
    problems = unfit(content)
    assert bool(problems) == (not allowed(content))
    begun = time.process_time()
    try:
        validated(content)
    except ConfigError as error:
        places = ("experiment", "platforms", "supernet", "... (")
        assert all(line.startswith(places) for line in str(error).splitlines())
    else:
        assert not problems
    assert time.process_time() - begun < SOON


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="a1:,[]{}&*<!-? \n\"'|>#.~", max_size=60))
def test_no_text_leads_to_another_exception(text):
    try:
        content = parsed(text)
    except ConfigError as error:
        assert str(error)
    else:
        assert depth(content) <= DEEPEST


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(["bool", "int", "float", "timestamp", "null", "str", "binary", "set", "omap"]),
    st.text(alphabet="0159aA_:+-.xb= []{},T", max_size=12),
)
def test_no_tag_leads_to_another_exception(tag, text):
    for value in (text, f"'{text}'"):
        try:
            parsed(f"a: !!{tag} {value}")
        except ConfigError as error:
            assert str(error)


def allowed(value):
    if isinstance(value, dict):
        return all(isinstance(k, str) and allowed(v) for k, v in value.items())
    if isinstance(value, list):
        return all(map(allowed, value))
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, int):
        return abs(value) <= LARGEST
    return value is None or isinstance(value, str)


def depth(value):
    inner = value.values() if isinstance(value, dict) else value
    return 1 + max(map(depth, inner), default=0) if isinstance(value, dict | list) else 0
