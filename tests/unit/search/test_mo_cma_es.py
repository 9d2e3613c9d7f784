from helpers.spaces import SMALL, assert_front_found

from archfront.core.space import SearchSpace


def test_mo_cma_es_finds_it_in_a_space_that_it_does_not_exhaust():
    """28,431 sub-networks: of 3,159 it would visit nearly all."""
    larger = SearchSpace([*SMALL.parameters, *SMALL.parameters[-2:]])
    assert_front_found(larger, "mo_cma_es", 100, 80)
