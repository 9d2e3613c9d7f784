from dataclasses import replace
from itertools import product
from math import prod

import numpy as np
import pytest
from helpers.spaces import SMALL
from hypothesis import given
from hypothesis import strategies as st

from archfront.core.space import INACTIVE, ElasticParameter, SearchSpace
from archfront.supernets.convolutional.inverted_residual import search_space
from archfront.supernets.convolutional.mobilenetv3 import geometry


@given(st.integers(0, 10**6))
def test_hashes_are_equal_exactly_where_keys_are(seed):
    rows = np.concatenate([SMALL.sample(40, seed), SMALL.sample(40, seed + 1)])
    numbers = dict(zip(SMALL.keys(rows), SMALL.hashes(rows).tolist(), strict=True))
    assert len(set(numbers.values())) == len(numbers) == len(set(SMALL.hashes(rows).tolist()))


MBV3 = search_space(geometry(1.0))

DEPTH = ElasticParameter("d", (1, 2, 3))
KERNELS = ElasticParameter("ks", (3, 5, 7), controller=0, threshold=2)


def test_the_digest_of_a_space_never_changes():
    assert SearchSpace([DEPTH, KERNELS]).digest == "354b32b55ef96f7c"


@pytest.mark.parametrize(
    "other",
    [
        [DEPTH],
        [ElasticParameter("depth", (1, 2, 3)), KERNELS],
        [DEPTH, replace(KERNELS, values=(3, 5))],
        [DEPTH, replace(KERNELS, values=(3, 5, 9))],
        [DEPTH, replace(KERNELS, values=(7, 5, 3))],
        [DEPTH, replace(KERNELS, values=(3.0, 5, 7))],
        [DEPTH, replace(KERNELS, controller=None)],
        [DEPTH, replace(KERNELS, threshold=3)],
        [DEPTH, replace(KERNELS, follows=(3, 5, 7))],
        [DEPTH, replace(KERNELS, aliases=((4, 3),))],
        [replace(KERNELS, controller=1), DEPTH],
    ],
)
def test_another_space_has_another_digest(other):
    assert SearchSpace(other).digest != SearchSpace([DEPTH, KERNELS]).digest


def test_equal_spaces_have_one_digest():
    """A threshold counts by the values that it separates, and only with a controller."""
    same = [DEPTH, replace(KERNELS, values=np.array([3, 5, 7]), threshold=1.5)]
    assert SearchSpace(same).digest == SearchSpace([DEPTH, KERNELS]).digest
    free = SearchSpace([replace(KERNELS, controller=None, threshold=1)])
    assert free.digest == SearchSpace([replace(KERNELS, controller=None)]).digest


@st.composite
def small_spaces(draw):
    """Two controllers, each with up to three controlled parameters."""
    depths = [ElasticParameter("d", (1, 2, 3)), ElasticParameter("d", (0, 2))]
    blocks = [
        ElasticParameter(
            "ks",
            tuple(range(draw(st.integers(1, 3)))),
            controller=draw(st.integers(0, 1)),
            threshold=draw(st.integers(1, 3)),
        )
        for _ in range(draw(st.integers(1, 4)))
    ]
    return SearchSpace([*depths, *blocks])


def everything(space):
    return np.array(list(product(*(range(len(p.values)) for p in space.parameters))))


def test_mobilenetv3_has_the_published_number_of_sub_networks():
    assert MBV3.size == 7371**5 == 21_758_655_492_572_485_851
    assert MBV3.raw_size == 3**45
    assert MBV3.names[0] == "ks_0" and MBV3.names[44] == "d_4"


@given(small_spaces())
def test_size_counts_distinct_canonical_forms(space):
    rows = space.canonical(everything(space))
    assert space.size == len({row.tobytes() for row in rows})
    assert space.raw_size == prod(space.cardinalities)


@given(small_spaces(), st.integers(0, 2**32 - 1))
def test_canonical_form_ignores_exactly_the_inactive_genes(space, seed):
    population = everything(space)
    rng = np.random.default_rng(seed)
    other = np.where(
        space.active(population), population, rng.integers(0, space.cardinalities, population.shape)
    )
    assert (space.canonical(other) == space.canonical(population)).all()
    assert ((space.canonical(population) == INACTIVE) == ~space.active(population)).all()
    assert len(space.first_occurrences(population)) == space.size == len(set(space.keys(other)))


@given(st.integers(0, 1000), st.integers(1, 40), st.integers(1, 60))
def test_a_shorter_sample_is_a_prefix_of_a_longer_one(seed, short, more):
    long = MBV3.sample(short + more, seed)
    assert (MBV3.sample(short, seed) == long[:short]).all()


@given(st.integers(0, 10**6), st.integers(1, 60), st.integers(0, 100))
def test_a_shorter_spread_is_a_prefix_of_a_longer_one(seed, short, more):
    longer = MBV3.spread(short + more, seed)
    assert (MBV3.spread(short, seed) == longer[:short]).all()
    assert ((longer >= 0) & (longer < MBV3.cardinalities)).all()
    assert len(set(MBV3.keys(longer))) == short + more


def test_a_spread_reaches_from_small_to_large_where_a_sample_stays_in_the_middle():
    size = {way: np.sort(getattr(MBV3, way)(200, 1).mean(axis=1)) for way in ("sample", "spread")}
    assert size["sample"][0] > 0.6 and size["sample"][-1] < 1.4  # of 0 to 2
    assert size["spread"][0] < 0.1 and size["spread"][-1] > 1.9
    tenths = np.histogram(size["spread"], bins=10, range=(0, 2))[0]
    assert tenths.min() >= 8


def test_a_small_space_is_spread_whole_and_not_further():
    space = SearchSpace([ElasticParameter("e", (3, 4)), ElasticParameter("ks", (3, 5, 7))])
    assert len(set(space.keys(space.spread(6, 1)))) == 6
    with pytest.raises(ValueError, match="only 6"):
        space.spread(7, 1)


@given(small_spaces(), st.integers(0, 100))
def test_sampling_everything_gives_each_sub_network_once(space, seed):
    population = space.sample(space.size, seed)
    assert len(set(space.keys(population))) == space.size
    shorter = space.sample(max(1, space.size // 2), seed)
    assert (shorter == population[: len(shorter)]).all()


def test_more_samples_than_sub_networks_are_refused():
    space = SearchSpace([ElasticParameter("d", (1, 2))])
    with pytest.raises(ValueError, match="the space has only 2"):
        space.sample(3, 1)


def test_samples_are_uniform_over_the_values_of_a_parameter():
    depths = MBV3.sample(6000, 1)[:, 40:]
    shares = np.stack([(depths == value).mean(axis=0) for value in range(3)])
    assert abs(shares - 1 / 3).max() < 4 * np.sqrt(2 / 9 / 6000)


@given(st.integers(0, 10_000))
def test_configurations_and_populations_are_the_same_thing(seed):
    population = MBV3.sample(3, seed)
    canonical = MBV3.canonical(population)
    configurations = MBV3.decode(population)
    assert (MBV3.canonical(MBV3.encode(configurations)) == canonical).all()
    filled = MBV3.decode(population, fill=True)
    assert (MBV3.canonical(MBV3.encode(filled)) == canonical).all()
    assert all(value is not None for value in filled[0]["ks"])
    for configuration in configurations:
        for stage, depth in enumerate(configuration["d"]):
            blocks = configuration["ks"][4 * stage : 4 * stage + 4]
            assert [b is not None for b in blocks] == [i < depth for i in range(4)]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"ks": [9] + [3] * 19}, "ks_0 = 9 is not allowed; it may be one of"),
        ({"ks": [None] + [3] * 19}, "ks_0 = None is not allowed"),
        ({"d": [5, 2, 2, 2, 2]}, "d_0 = 5 is not allowed"),
        ({"e": [3] * 19}, "'e' has only 19 values"),
        ({"e": [3] * 21}, "'e' has 21 values, not 20"),
        ({"r": [224]}, "configuration 0 has"),
    ],
)
def test_wrong_configurations_are_refused_with_the_place(change, message):
    right = {"ks": [3] * 20, "e": [3] * 20, "d": [2] * 5}
    MBV3.encode([right])
    with pytest.raises(ValueError, match=message):
        MBV3.encode([right | change])


def test_one_hot_has_one_one_per_active_parameter():
    population = MBV3.sample(20, 5)
    encoded = MBV3.one_hot(population)
    assert encoded.shape == (20, 135)
    assert (encoded.reshape(20, 45, 3).sum(axis=2) == MBV3.active(population)).all()


def test_a_constrained_space_keeps_identities():
    constrained = MBV3.constrain({"ks_3": [5], "e_0": [3, 6]})
    population = constrained.sample(30, 2)
    full = constrained.convert(population, MBV3)
    assert constrained.digests(population) == MBV3.digests(full)
    assert (constrained.canonical(MBV3.convert(full, constrained)) ==
            constrained.canonical(population)).all()  # fmt: skip
    assert constrained.size < MBV3.size
    with pytest.raises(ValueError, match="does not have"):
        MBV3.convert(MBV3.sample(50, 1), constrained)


@pytest.mark.parametrize("allowed", [{"ks_0": []}, {"ks_0": [4]}, {"kernel": [3]}])
def test_impossible_constraints_are_refused(allowed):
    with pytest.raises(ValueError, match="constraint"):
        MBV3.constrain(allowed)
