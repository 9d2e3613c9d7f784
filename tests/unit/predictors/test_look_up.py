from pathlib import Path

import numpy as np
import own
import pytest
from instant import Instant

from archfront.core.platform import Platform
from archfront.measurement.store import MeasurementStore
from archfront.predictors import predictor
from archfront.predictors.features import Features
from archfront.predictors.look_up import look_up_table
from archfront.supernets.registry import supernet

PLATFORM = Platform("here", threads=1, batch_size=2)


def test_measuring_blocks_leaves_the_current_folder(tmp_path, monkeypatch):
    network = own.Wandering()
    monkeypatch.chdir(tmp_path)
    look_up_table(network, PLATFORM, {}, MeasurementStore("store"))
    assert Path.cwd() == tmp_path and list(Path("store").glob("*.jsonl"))


def test_the_blocks_of_a_look_up_table_are_measured_once(tmp_path):
    asked = []

    class Counting(Instant):
        def measure_blocks(self, numbers, platform, settings):
            asked.extend(numbers)
            return super().measure_blocks(numbers, platform, settings)

    network = Counting()
    for _ in range(2):
        table = look_up_table(network, PLATFORM, {}, MeasurementStore(tmp_path / "store"))
    assert asked == list(range(9)) == table["block"].tolist()
    assert table["latency"].tolist() == pytest.approx(
        [(1 + k * e) * 0.7 for k in (1, 2, 3) for e in (1, 2, 3)]
    )


@pytest.mark.parametrize("name", ["ofa_mbv3_w1.0", "ofa_proxyless_w1.3", "ofa_resnet50"])
def test_the_parts_of_the_stages_sum_to_the_whole(name):
    """The parts of inverted-residual networks lack fixed layers and squeeze-and-excitation."""
    network = supernet(name)
    population = network.space.sample(50, 1)
    parts = network.family.Costs(network.space, network.geometry).parts(population)
    macs, params = network.exact("macs", population), network.exact("params", population)
    summed = parts[..., :2].sum(axis=(1, 2))
    if name == "ofa_resnet50":
        assert summed == pytest.approx(macs) and parts[..., 3].sum(axis=1) == pytest.approx(params)
    else:
        assert (summed < macs).all() and np.corrcoef(summed, macs)[0, 1] > 0.999
    depths = [name for name in network.space.names if name.startswith("d_")]
    assert parts.shape[1] >= len(depths)


def test_a_look_up_table_is_summed_and_misses_nothing():
    import pandas as pd
    from instant import Instant

    from archfront.predictors.look_up import summed

    network = Instant()
    features, population = Features(network), network.space.sample(30, 1)
    table = pd.DataFrame({"block": range(9), "latency": np.arange(1.0, 10.0)})
    expected = [sum(number + 1.0 for number in row if number >= 0)
                for row in network.blocks(population)]  # fmt: skip
    assert summed(network.blocks(population), table).tolist() == expected
    trained = predictor.from_look_up_table(features, table)
    assert trained(features(population, trained.features)).tolist() == pytest.approx(expected)
    with pytest.raises(ValueError, match=r"lacks the blocks \[8\]"):
        predictor.from_look_up_table(features, table[:8])


def test_the_latencies_of_blocks_may_be_plain_numbers(tmp_path):
    class Plain(Instant):
        def measure_blocks(self, numbers, platform, settings):
            yield from (float(number + 1) for number in numbers)

    store = MeasurementStore(tmp_path / "store")
    table = look_up_table(Plain(), PLATFORM, {}, store)
    assert table["latency"].tolist() == [number + 1 for number in range(9)]
    assert all(m.finished >= m.started > 0 for m in store.measurements())
