import numpy as np
import pandas as pd
import pytest

from archfront.core.reference import reference_point, volume, volume_curve

ARCHIVE = pd.DataFrame(
    {"iteration": [0, 0, 1, 1], "top1": [60.0, 70.0, 65.0, np.nan], "latency": [1.0, 5.0, 2.0, 1.0]}
)
OBJECTIVES = ["top1", "latency"]


def test_the_reference_point_is_the_worst_sample_or_what_the_config_says():
    reference = reference_point(ARCHIVE[:2], OBJECTIVES, None, {})
    assert reference["reference"] == {"top1": 60.0, "latency": 5.0}
    assert reference["ideal"] == {"top1": 70.0, "latency": 1.0}
    given = reference_point(ARCHIVE[:2], OBJECTIVES, {"top1": 50.0, "latency": 9.0}, {})
    assert given["reference"] == {"top1": 50.0, "latency": 9.0}
    told = "reference_point: top1 is 80, which is not worse than the best sample's 70"
    with pytest.raises(ValueError, match=told):
        reference_point(ARCHIVE[:2], OBJECTIVES, {"top1": 80.0, "latency": 9.0}, {})


def test_an_objective_that_does_not_vary_or_has_no_value_is_named():
    constant, missing = ARCHIVE.assign(latency=3.0), ARCHIVE.assign(latency=np.nan)
    told = "objectives: latency is 3 for every sample.*take latency out of `objectives`"
    with pytest.raises(ValueError, match=told):
        reference_point(constant, OBJECTIVES, None, {})
    given = {"top1": 60.0, "latency": 4.0}
    assert reference_point(constant, OBJECTIVES, given, {})["ideal"]["latency"] == 3.0
    with pytest.raises(ValueError, match="objectives: latency has no value"):
        reference_point(missing, OBJECTIVES, None, {})


def test_the_reference_point_ends_at_the_bounds_and_nothing_beyond_counts():
    reference = reference_point(ARCHIVE[:2], OBJECTIVES, None, {"latency": 3.0})
    assert reference["reference"] == {"top1": 60.0, "latency": 3.0}
    # (65, 2): half of top-1, and half of the latencies from 1 to 3.
    assert volume(ARCHIVE, reference) == pytest.approx(0.25)
    with_macs = ARCHIVE.assign(macs=[1.0, 2.0, 5.0, 1.0])
    reference = reference_point(with_macs[:2], OBJECTIVES, None, {"macs": 4.0})
    assert volume(with_macs, reference) == 0
    with pytest.raises(ValueError, match=r"bounds\.latency: 1.0, but the best sample has 1"):
        reference_point(ARCHIVE[:2], OBJECTIVES, None, {"latency": 1.0})


def test_volume_by_hand():
    reference = reference_point(ARCHIVE[:2], OBJECTIVES, None, {})
    # Only (65, 2) is better than the reference in both: half of top-1, three quarters of latency.
    assert volume(ARCHIVE, reference) == pytest.approx(0.5 * 0.75)
    assert volume_curve(ARCHIVE, reference).tolist() == pytest.approx([0, 0, 0.375, 0.375])
