from archfront.core.space import ElasticParameter, SearchSpace
from archfront.predictors.thermometer_features import ThermometerFeatures


def test_thermometer_features_by_hand():
    from instant import Instant

    network = Instant()
    thermometer = ThermometerFeatures(network)
    small, large = thermometer(network.space.extremes())
    codes = (network.space.cardinalities - 1).sum()
    # Of the smallest no value exceeds the first; of the largest all do.
    assert (small[:codes] == 0).all() and (large[:codes] == 1).all()
    assert (small[codes:] < large[codes:]).all()
    hidden = network.space.extremes()[:1].copy()
    hidden[0, 2] = 2  # the third block of a stage of one block
    assert (thermometer(hidden) == small).all()
    sums = thermometer.members
    # Blocks of each of three stages by kind, of all stages by kind, the depths.
    assert sums.shape == (21, 9) and sorted(sums.sum(axis=0)) == [3] * 7 + [9] * 2


def test_a_space_without_stages_has_codes_only():
    from instant import Instant

    class Flat(Instant):
        def __init__(self):
            self.space = SearchSpace([ElasticParameter(kind, (1, 2)) for kind in ("a", "b")])

    assert ThermometerFeatures(Flat())(Flat().space.extremes()).tolist() == [[0, 0], [1, 1]]
