"""``snakemake check_supernet``: is what others published reproduced?"""

import pytest
from instant import Instant

from archfront.core.supernet import Reference
from archfront.measurement.self_test import conclusion, self_test
from archfront.measurement.store import MeasurementStore


class Known(Instant):
    """The instant super-network with a published top-1 of its smallest sub-network."""

    def __init__(self, top1, subset=False, configuration=None):
        super().__init__()
        self.subset = subset
        smallest = self.space.decode(self.space.extremes())[0]
        self.published = [Reference("a paper", configuration or smallest, top1)]

    def references(self):
        return self.published

    def remarks(self, settings):
        return ["a subset"] if self.subset else []


def check(supernet, tmp_path):
    return self_test(supernet, {}, MeasurementStore(tmp_path))


@pytest.fixture
def smallest(tmp_path):
    return check(Instant(), tmp_path / "plain")["measured"].iloc[0]


def test_what_agrees_is_reproduced(smallest, tmp_path):
    table = check(Known(smallest + 0.09), tmp_path)
    assert table["subnetwork"].tolist() == ["smallest", "largest", "a paper"]
    assert table["reproduced"].iloc[2] is True
    assert conclusion(table).startswith("Reproduced: 1 published")


def test_what_does_not_is_said_plainly(smallest, tmp_path):
    table = check(Known(smallest + 0.2), tmp_path)
    assert table["reproduced"].iloc[2] is False
    assert conclusion(table).startswith("NOT REPRODUCED: a paper should have")


def test_without_anything_published_the_extremes_are_compared(tmp_path):
    said = conclusion(check(Instant(), tmp_path))
    assert said.startswith("Nothing is published") and "is better than the smallest" in said


def test_a_reference_of_another_space_is_left_out(tmp_path):
    assert len(check(Known(50, configuration={"ks": []}), tmp_path)) == 2
