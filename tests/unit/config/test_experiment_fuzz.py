"""Wrong and strange configs, many of them: accepted and complete, or refused with the place."""

import copy
import math

import pytest
from helpers.runs import CONFIG
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archfront.config.experiment import validated
from archfront.config.schema import schema
from archfront.core.registry import ConfigError

SCHEMA = schema()


def places(schema, path=()):
    """Every key of the schema, as a path; of platforms and other open mappings, one by name."""
    for key, part in schema.get("properties", {}).items():
        yield (*path, key)
        yield from places(part, (*path, key))
        each = part.get("additionalProperties")
        if isinstance(each, dict):
            yield (*path, key, "single")
            yield from places(each, (*path, key, "single"))


PLACES = sorted(places(SCHEMA))
WORDS = st.sampled_from(
    [
        *("", " ", "null", "top1", "latency", "macs", "bleu", "single", "batched", "full"),
        *("concurrent", "nsga2", "auto", "live", "look_up", "../../etc/passwd", "/dev/null", "."),
        *("instant:Instant", "os:system", "nothing.there:X", "instant", ":", "json:loads", "ä\0"),
        *("compofa", "cuda:99", "-1", "1e3", "${HOME}", "{}", "<script>"),
    ]
)
VALUES = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-3, 100),
        st.integers(),
        st.floats(),
        WORDS,
        st.text(max_size=8),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.one_of(WORDS, st.integers()), inner, max_size=3),
    ),
    max_leaves=5,
)


@st.composite
def configs(draw):
    """A valid config in which up to three places were changed, added, dropped or misspelt."""
    config = copy.deepcopy(CONFIG)
    touched = []
    for _ in range(draw(st.integers(1, 3))):
        path = draw(st.sampled_from(PLACES))
        part = config
        for key in path[:-1]:
            if not isinstance(part.get(key), dict):
                part[key] = {}
            part = part[key]
        key, action = path[-1], draw(st.sampled_from(["set", "set", "set", "drop", "misspell"]))
        if action == "drop":
            part.pop(key, None)
        else:
            part[key + "x" * (action == "misspell")] = draw(VALUES)
        touched.append(path)
    return config, touched


def accepted(case) -> bool:
    """Whether a config is accepted; it is then complete, and otherwise refused with the place."""
    config, touched = case
    before = copy.deepcopy(config)
    try:
        found = validated(config)
    except ConfigError as error:
        lines = str(error).splitlines()
        assert lines and all(lines)
        assert any(path[0] in str(error) or path[-1] in str(error) for path in touched), str(error)
        found = None
    else:
        assert set(found) == set(SCHEMA["properties"])
        assert validated(found) == found
    assert _same(config, before)  # the user's own is never changed
    return found is not None


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(configs())
def test_a_config_is_accepted_and_complete_or_refused_with_the_place(case):
    accepted(case)


@pytest.mark.slow
def test_many_configs_are_accepted_or_refused():
    answers = []

    @settings(max_examples=1500, deadline=None, suppress_health_check=list(HealthCheck))
    @given(configs())
    def each(case):
        answers.append(accepted(case))

    each()
    assert answers.count(True) > 50 and answers.count(False) > 50


@settings(max_examples=300, deadline=None)
@given(VALUES)
def test_what_is_no_config_at_all_is_refused(value):
    for given_value in (value, {"experiment": value, "platforms": value}):
        try:
            validated(given_value)
        except ConfigError as error:
            assert str(error)
        else:
            raise AssertionError(f"{given_value!r} was accepted")


def _same(one, other):
    """Equality in which NaN equals itself."""
    if isinstance(one, float) and isinstance(other, float) and math.isnan(one):
        return math.isnan(other)
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_same(one[k], other[k]) for k in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    return one == other
