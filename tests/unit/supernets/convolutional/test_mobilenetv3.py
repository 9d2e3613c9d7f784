import ast

import numpy as np
import pandas as pd
from helpers.published_data import PUBLISHED, needs_published

from archfront.supernets.convolutional.inverted_residual import Costs, search_space
from archfront.supernets.convolutional.mobilenetv3 import geometry

SPACE = search_space(geometry(1.0), [224])


def costs(configurations, width=1.0, resolution=224):
    network = geometry(width)
    space = search_space(network, [resolution])
    population = space.encode(c | {"r": [resolution]} for c in configurations)
    return Costs(space, network)(population)


def test_published_network_by_hand_checked_numbers():
    """The first row of the published log mbnv3w10_evoga_acc.csv."""
    configuration = {
        "ks": [5, 7, 5, 5, 3, 3, 3, 7, 5, 5, 3, 7, 7, 3, 3, 3, 5, 5, 5, 5],
        "e": [4, 3, 4, 4, 4, 6, 3, 4, 4, 3, 4, 3, 3, 6, 6, 6, 4, 3, 4, 4],
        "d": [2, 3, 2, 4, 3],
    }
    macs, params = costs([configuration])
    assert (macs[0], params[0]) == (255.502624, 5.029656)


@needs_published
def test_every_published_row_is_reproduced_exactly():
    rows = 0
    for path in sorted(PUBLISHED.glob("*.csv")):
        table = pd.read_csv(path)
        configurations = table.iloc[:, 0].map(ast.literal_eval)
        macs, params = costs({k: c[k] for k in ("ks", "e", "d")} for c in configurations)
        assert np.array_equal(np.round(macs * 1e6), table["MACs"])
        assert np.array_equal(np.round(params * 1e6), table["Model Parameters"])
        rows += len(table)
    assert rows == 2373


def test_the_networks_of_weaknas_have_their_published_costs():
    from archfront.supernets.convolutional.ofa import MobileNetV3W12

    found = [r.configuration for r in MobileNetV3W12().references()]
    at224, params = costs(found, 1.2, 224)
    at236, _ = costs(found, 1.2, 236)
    assert at224.round(1).tolist() == [512.0, 483.3]
    assert at236.round(1).tolist() == [593.2, 560.8]
    assert params.round(2).tolist() == [8.58, 8.81]


def test_the_extremes_by_hand_checked_numbers():
    smallest, largest = SPACE.extremes()
    macs, params = Costs(SPACE, geometry(1.0))(np.stack([smallest, largest]))
    assert macs.tolist() == [121.278672, 566.170656]
    assert params.round(3).tolist() == [3.411, 7.665]
