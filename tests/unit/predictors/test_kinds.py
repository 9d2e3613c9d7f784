from archfront.predictors.kinds import KINDS, MEMBERS
from archfront.predictors.scikit_learn import GRIDS


def test_every_kind_with_a_grid_is_listed():
    assert (*MEMBERS, *GRIDS, "ensemble") == KINDS
