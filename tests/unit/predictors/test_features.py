import numpy as np

from archfront.predictors.features import Features
from archfront.supernets.registry import supernet


def test_the_last_group_holds_what_is_no_code():
    network = supernet("ofa_mbv3_w1.0")
    features, rows = Features(network), network.space.sample(50, 0)
    for name in features.names:
        groups, seen = features.groups(name), features(rows, name)
        assert groups.shape == seen.shape[1:]
        assert set(groups) == {*range(groups.max() + 1)}
        codes = np.isin(seen, (0.0, 1.0)).all(axis=0)
        assert codes[groups < groups.max()].all()
        if groups.max():
            assert not codes[groups == groups.max()].any()
    assert features.groups("thermometer").max() == 3  # depths, expansion ratios, kernel sizes


def test_closed_forms_are_standardised_over_the_space(published):
    network, features = published
    some = features(network.space.sample(2000, 5), "stages")
    assert abs(some.mean(axis=0)).max() < 0.2 and abs(some.std(axis=0) - 1).max() < 0.2
    both = features(network.space.sample(10, 5), "both")
    assert both.shape[1] == some.shape[1] + network.space.cardinalities.sum()


def test_a_super_network_has_the_features_that_it_knows():
    from instant import Instant

    assert Features(Instant()).names == ("one_hot", "thermometer", "blocks")

    class Opaque(Instant):
        def blocks(self, population):
            return None

    assert Features(Opaque()).names == ("one_hot", "thermometer")


def test_block_counts_by_hand():
    from instant import Instant

    network = Instant()
    features = Features(network)
    smallest, largest = features(network.space.extremes(), "blocks")
    # Three stages: of one 3 x 3 block with expansion 3 each, and of three 7 x 7 blocks with 6.
    assert smallest.tolist() == [3, 0, 0, 0, 0, 0, 0, 0, 0]
    assert largest.tolist() == [0, 0, 0, 0, 0, 0, 0, 0, 9]
