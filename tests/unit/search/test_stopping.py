import numpy as np
import pandas as pd
import pytest

from archfront.core.reference import reference_point
from archfront.search.stopping import verdict

ARCHIVE = pd.DataFrame(
    {"iteration": [0, 0, 1, 1], "top1": [60.0, 70.0, 65.0, np.nan], "latency": [1.0, 5.0, 2.0, 1.0]}
)
OBJECTIVES = ["top1", "latency"]


def concluded(reference, iteration=1, stopped=False, expected=(), took=0.0, **limits):
    limits = {"iterations": 3, "seconds": None, "stagnation": 0.0, "least_gain": 0.0} | limits
    return verdict(ARCHIVE, reference, iteration, limits, stopped, list(expected), took)


def test_the_loop_goes_on_until_limit_stagnation_or_a_person():
    reference = reference_point(ARCHIVE[:2], OBJECTIVES, {"top1": 50.0, "latency": 6.0}, {})
    going = concluded(reference)
    assert going["continue"] and going["gain"] > 0 and going["measured"] == 4
    assert going["expected_gain"] is None and going["calibration"] is None
    assert concluded(reference, iterations=1)["reason"] == "limit"
    assert concluded(reference, stagnation=0.9)["reason"] == "stagnation"
    assert concluded(reference, took=9.0, seconds=10)["continue"]
    assert concluded(reference, took=10.0, seconds=10)["reason"] == "seconds"
    assert concluded(reference, stopped=True)["reason"] == "stopped"


def test_without_a_limit_an_iteration_that_gains_nothing_ends_no_loop():
    reference = reference_point(ARCHIVE[:2], OBJECTIVES, {"top1": 50.0, "latency": 6.0}, {})
    limits = {"iterations": 3, "seconds": None, "stagnation": 0.0, "least_gain": 0.0}
    told = verdict(ARCHIVE[:2], reference, 1, limits, False, [], 0.0)
    assert told["gain"] == 0 and told["continue"]
    told = verdict(ARCHIVE[:2], reference, 1, limits | {"stagnation": 1e-9}, False, [], 0.0)
    assert told["reason"] == "stagnation"


def test_the_loop_ends_when_the_next_batch_is_expected_to_gain_too_little():
    reference = reference_point(ARCHIVE[:2], OBJECTIVES, None, {})
    # The first iteration raised the hypervolume from 0 to 0.375, three quarters of the expected
    # 0.5. The next one, expected to gain 0.1, will thus gain 0.075: a fifth of 0.375.
    told = concluded(reference, expected=[0.5, 0.1])
    assert told["calibration"] == pytest.approx(0.75)
    assert told["expected_gain"] == pytest.approx(0.2) and told["continue"]
    assert concluded(reference, expected=[0.5, 0.1], least_gain=0.19)["continue"]
    assert concluded(reference, expected=[0.5, 0.1], least_gain=0.21)["reason"] == "little to gain"
    # An iteration with no expected gain does not count towards the calibration.
    assert concluded(reference, expected=[0.0, 0.1])["calibration"] == 1.0
