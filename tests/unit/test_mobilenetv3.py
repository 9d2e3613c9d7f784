import ast
import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from archfront.supernets.embedded import EmbeddedMobileNetV3
from archfront.supernets.mobilenetv3 import Costs, Geometry, search_space

SPACE = search_space()
PUBLISHED = Path(
    os.environ.get("ARCHFRONT_PUBLISHED_DATA", Path(__file__).parents[3] / "shared" / "data")
)


def test_published_network_by_hand_checked_numbers():
    """The first row of the published log mbnv3w10_evoga_acc.csv."""
    configuration = {
        "ks": [5, 7, 5, 5, 3, 3, 3, 7, 5, 5, 3, 7, 7, 3, 3, 3, 5, 5, 5, 5],
        "e": [4, 3, 4, 4, 4, 6, 3, 4, 4, 3, 4, 3, 3, 6, 6, 6, 4, 3, 4, 4],
        "d": [2, 3, 2, 4, 3],
    }
    costs = Costs(SPACE, Geometry(1.0, (2, 2, 2, 1, 2), 224, 1000))
    macs, params = costs(SPACE.encode([configuration]))
    assert (macs[0], params[0]) == (255.502624, 5.029656)


@pytest.mark.skipif(
    not PUBLISHED.is_dir(), reason="published measurements not found: set ARCHFRONT_PUBLISHED_DATA"
)
def test_every_published_row_is_reproduced_exactly():
    costs = Costs(SPACE, Geometry(1.0, (2, 2, 2, 1, 2), 224, 1000))
    rows = 0
    for path in sorted((PUBLISHED / "imagenet_ofa_mbv3_w1.0").glob("*.csv")):
        table = pd.read_csv(path)
        configurations = table.iloc[:, 0].map(ast.literal_eval)
        population = SPACE.encode({k: c[k] for k in SPACE.kinds} for c in configurations)
        macs, params = costs(population)
        assert np.array_equal(np.round(macs * 1e6), table["MACs"])
        assert np.array_equal(np.round(params * 1e6), table["Model Parameters"])
        rows += len(table)
    assert rows == 2373


def test_closed_form_equals_the_built_network():
    from torch.utils.flop_counter import FlopCounterMode

    torch = pytest.importorskip("torch")
    supernet = EmbeddedMobileNetV3()
    population = np.concatenate([SPACE.extremes(), SPACE.sample(15, 4)])
    macs = supernet.exact("macs", population)
    params = supernet.exact("params", population)
    for row, configuration in enumerate(SPACE.decode(population, fill=True)):
        subnetwork = supernet.extract(configuration)
        with FlopCounterMode(display=False) as counter:
            subnetwork(torch.zeros(1, 3, 32, 32))
        assert counter.get_total_flops() == round(2e6 * macs[row])
        assert sum(p.numel() for p in subnetwork.parameters()) == round(1e6 * params[row])
