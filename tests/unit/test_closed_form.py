import numpy as np
import pytest
import torch

from archfront import closed_form
from archfront.config.experiment import validated
from archfront.config.queries import check_platforms
from archfront.core.objective import OBJECTIVES
from archfront.core.pareto import front_mask
from archfront.core.platform import Platform, described
from archfront.core.registry import ConfigError
from archfront.measurement.measure import measure
from archfront.measurement.store import MeasurementStore
from archfront.supernets.registry import supernet

CLOSED_FORM = {"name": "archfront.closed_form:ClosedForm", "space": "ofa_mbv3_w1.0"}
CPU = Platform("cpu", threads=56, batch_size=128)
GPU = Platform("gpu", device="cuda", threads=32, batch_size=1)


def values(network, objective, population, platform=None):
    return np.array([*network.measure(objective, network.space.decode(population), platform, {})])


@pytest.fixture
def smooth(monkeypatch):
    """The formulas without preferences and noise."""
    for name in ("PREFERENCE", "NOISE", "EFFICIENCY", "JITTER"):
        monkeypatch.setattr(closed_form, name, 0.0)


def test_values_by_hand(smooth):
    network = supernet(CLOSED_FORM)
    extremes = network.space.extremes()
    small, large = network.exact("macs", extremes)
    quality = values(network, "top1", extremes)
    assert quality[1] == pytest.approx(65 + 15 * (1 - np.exp(-3)))
    assert quality[0] == pytest.approx(65 + 15 * (1 - np.exp(-3 * small / large)))
    # Depth 2 leaves 5 stages of 2 kernel sizes and 2 widths, and 5 depths; depth 4 all 45; and r.
    assert network.space.active(extremes).sum(axis=1).tolist() == [26, 46]
    found = values(network, "latency", extremes, CPU)
    assert found == pytest.approx([128 * m / (20 * 56**0.8) + 0.02 * n for m, n in
                                   ((small, 26), (large, 46))])  # fmt: skip
    found = values(network, "latency", extremes, GPU)
    assert found == pytest.approx([small / 4000 + 0.03 * 26, large / 4000 + 0.03 * 46])


def test_a_sub_network_has_the_same_values_in_every_order_and_process():
    network = supernet(CLOSED_FORM)
    population = network.space.sample(20, 1)
    for objective, platform in (("top1", None), ("latency", CPU)):
        together = values(network, objective, population, platform)
        again = supernet(CLOSED_FORM)
        alone = [values(again, objective, row, platform)[0] for row in population[:, None]]
        assert alone == together.tolist()
    assert together[0] == pytest.approx(70.366030, abs=1e-6)


def test_fronts_differ_between_platforms():
    """The median of the random sub-networks on a front of one platform has no place on another's
    front."""
    network = supernet(CLOSED_FORM)
    population = network.space.sample(500, 1)
    top1 = values(network, "top1", population)
    fronts = [
        set(np.flatnonzero(front_mask(np.column_stack([-top1, latencies]))))
        for latencies in (values(network, "latency", population, p) for p in (CPU, GPU))
    ]
    assert all(len(front) >= 5 for front in fronts)
    assert len(fronts[0] & fronts[1]) < len(fronts[0]) / 2


@pytest.mark.parametrize(
    "space, quality",
    [("ofa_mbv3_w1.2", "top1"), ("ofa_resnet50", "top1"), ("hat_wmt14_ende", "bleu")],
)
def test_it_stands_for_each_published_super_network_without_files(space, quality):
    network = supernet(CLOSED_FORM | {"space": space})
    original = supernet(space)
    population = network.space.sample(3, 1)
    assert network.space.digest == original.space.digest
    assert (network.exact("macs", population) == original.exact("macs", population)).all()
    assert (network.stage_features(population) == original.stage_features(population)).all()
    assert network.measures == (quality, "latency") or network.measures == ("latency", quality)
    assert network.digest() == f"rehearsal, closed form 1 of {original.digest()}"
    assert network.remarks({}) == [
        f"rehearsal: made-up values of closed forms in place of measurements, {space}"
    ]


def test_an_objective_without_a_form_is_refused():
    config = {"experiment": "one", "platforms": {"one": {}}, "supernet": CLOSED_FORM}
    with pytest.raises(ConfigError, match=r"'naswot' is nothing that .* measures top1, latency"):
        validated(config | {"objectives": ["naswot", "macs"]})


def test_any_host_serves_as_every_platform_and_the_record_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    platforms = {"gpu": {"device": "cuda"}, "cpu": {"threads": 5600}}
    config = {"experiment": "one", "platforms": platforms}
    check_platforms(validated(config | {"supernet": CLOSED_FORM}))
    with pytest.raises(ValueError, match=r"platforms\.gpu\.device = 'cuda': torch finds no GPU"):
        check_platforms(validated(config | {"supernet": "embedded_mobilenetv3"}))
    network, store = supernet(CLOSED_FORM), MeasurementStore(tmp_path)
    elsewhere = Platform("gpu", device="cuda", model="another")
    measure(network, OBJECTIVES["latency"], network.space.sample(2, 1), elsewhere, {}, store)
    # Two sub-networks, and the one that all others would be timed together with.
    keys = [measurement.key["platform"] for measurement in store.measurements()]
    assert len(keys) == 3
    assert all(key["processor"] == "another" and key["values"] == "computed" for key in keys)
    assert described(keys[0]).endswith(", computed")
