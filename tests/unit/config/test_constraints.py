"""Constraint files: values that leave a space, and parameters that follow others."""

import json

import numpy as np
import pytest
from helpers.fuzz import FUZZ, changed
from hypothesis import given
from hypothesis import strategies as st
from instant import Instant

from archfront.config.constraints import constrained_space, constraint_file
from archfront.core.files import write_json
from archfront.core.registry import ConfigError
from archfront.core.space import ElasticParameter, SearchSpace
from archfront.search.nsga2 import nsga2
from archfront.supernets.registry import supernet

MBV3 = supernet("ofa_mbv3_w1.0")
SPACE = MBV3.space
TINY = SearchSpace([ElasticParameter("d", (1, 2))])


def test_a_file_serves_any_later_run(tmp_path):
    first, second = tmp_path / "first.json", tmp_path / "second.json"
    write_json(first, {"allowed": {"ks_0": [3, 5], "e_0": [6]}})
    write_json(second, {"allowed": {"ks_0": [5, 7], "e_0": [3]}})
    space = constrained_space(SPACE, [first, second])
    values = dict(zip(space.names, (p.values for p in space.parameters), strict=True))
    assert values["ks_0"] == (5,) and values["e_0"] == (6,) and values["ks_1"] == (3, 5, 7)
    assert constrained_space(SPACE, []).size == SPACE.size
    with pytest.raises(ValueError, match="no parameter 'ks_0'"):
        constrained_space(TINY, [first])


@pytest.fixture(scope="module")
def compofa():
    return constrained_space(SPACE, [constraint_file("compofa")])


def test_compofa_has_the_published_numbers_of_sub_networks(compofa):
    assert compofa.size == 3**5
    elastic = constrained_space(SPACE, [constraint_file("compofa_elastic")])
    assert elastic.size == 117**5 == (3**2 + 3**3 + 3**4) ** 5


def test_all_of_compofa_couples_depth_and_expansion(compofa):
    population = compofa.sample(243, 1)
    assert len(set(compofa.digests(population))) == 243
    for configuration in compofa.decode(population):
        for stage, (depth, kernel) in enumerate(
            zip(configuration["d"], (3, 5, 3, 3, 5), strict=True)
        ):
            blocks = slice(4 * stage, 4 * stage + 4)
            ratio = {2: 3, 3: 4, 4: 6}[depth]
            there = [None] * (4 - depth)
            assert configuration["e"][blocks] == [ratio] * depth + there
            assert configuration["ks"][blocks] == [kernel] * depth + there


def test_its_sub_networks_are_those_of_the_whole_space(compofa):
    population = compofa.sample(50, 2)
    whole = compofa.convert(population, SPACE)
    assert compofa.digests(population) == SPACE.digests(whole)
    assert SPACE.contained_in(whole, compofa).all()
    assert (SPACE.convert(whole, compofa) == compofa.settled(population)).all()
    ours = MBV3.family.Costs(compofa, MBV3.geometry)(population)
    assert np.array_equal(ours, MBV3.family.Costs(SPACE, MBV3.geometry)(whole))
    assert (compofa.one_hot(population) == compofa.one_hot(compofa.settled(population))).all()


def test_others_are_refused(compofa):
    random = SPACE.sample(200, 3)
    assert not SPACE.contained_in(random, compofa).any()
    with pytest.raises(ValueError, match="does not have"):
        SPACE.convert(random, compofa)
    right = compofa.decode(compofa.sample(1, 1), fill=True)[0]
    wrong = right | {"e": [4 if ratio != 4 else 3 for ratio in right["e"]]}
    with pytest.raises(ValueError, match=r"e_0 = \d is not allowed; it may be one of \[\d\]"):
        compofa.encode([wrong])


def test_a_search_stays_in_it(compofa):
    def costs(population):
        macs, params = MBV3.family.Costs(compofa, MBV3.geometry)(population)
        return np.stack([macs, -params], axis=1)

    history = nsga2(compofa, costs, 2, 20, 5, 0.9, seed=1)
    assert compofa.contained_in(history.population, compofa).all()
    whole = compofa.convert(history.population, SPACE)
    assert SPACE.contained_in(whole, compofa).all()


def test_what_follows_goes_on_to_follow_in_a_smaller_space(compofa):
    smaller = compofa.constrain({"d_0": [2, 4], "e_0": [4]})
    assert smaller.size == 2 * 3**4
    assert {c["e"][0] for c in smaller.decode(smaller.sample(162, 1))} == {3, 6}


def test_impossible_couplings_are_refused():
    with pytest.raises(ValueError, match="d_0 has no controller to follow"):
        SPACE.couple({"d_0": [[2, 3]]})
    with pytest.raises(ValueError, match="constraint: e_0"):
        SPACE.couple({"e_0": [[2, 3], [3, 5], [4, 6]]})
    with pytest.raises(ValueError, match="unknown elastic parameters"):
        SPACE.couple({"e_99": []})


INSTANT = Instant().space


@FUZZ
@given(st.data())
def test_constraints_are_read_right_or_refused(tmp_path, data):
    path = tmp_path / "constraint.json"
    allowed = {
        name: list(p.values) for name, p in zip(INSTANT.names, INSTANT.parameters, strict=True)
    }
    coupled = {"ks_0": [[1, 3], [2, 5], [3, 7]]}
    path.write_text(json.dumps(changed(data.draw, {"allowed": allowed, "coupled": coupled})))
    try:
        found = constrained_space(INSTANT, [path])
    except ConfigError as error:
        assert str(path) in str(error)
    else:
        assert 0 < found.size <= INSTANT.size
