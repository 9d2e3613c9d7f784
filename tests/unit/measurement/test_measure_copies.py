"""A plug-in may edit what it is given: its values belong to the sub-networks that it was asked."""

import numpy as np
from instant import Instant

from archfront.core.objective import OBJECTIVES, exact
from archfront.core.platform import Platform
from archfront.core.supernet import middle
from archfront.measurement.measure import measure
from archfront.measurement.self_test import self_test
from archfront.measurement.store import MeasurementStore
from archfront.predictors.features import Features


class Editing(Instant):
    """Edits all that it is given, before and after it answers."""

    edited = False

    def latency_reference(self):
        self.reference = self.space.decode(self.space.extremes()[:1])[0]
        return self.reference

    def context(self, objective, settings):
        settings["validation"].append(1)
        return {"images": len(settings["validation"])}

    def measure(self, objective, configurations, platform, settings):
        settings["validation"].clear()
        for configuration in configurations:
            value = next(iter(super().measure(objective, [configuration], platform, settings)))
            for values in configuration.values():
                values[:] = [7] * len(values)
            if objective == "latency":
                self.reference["d"][:] = [3, 3, 3]
            yield value
        configurations.clear()

    def exact(self, objective, population):
        values = super().exact(objective, population)
        population[:] = 0
        return values

    def blocks(self, population):
        values = super().blocks(population)
        population[:] = 0
        return values

    def stage_features(self, population):
        values = population.astype(float)
        population[:] = 0
        return values


SETTINGS = {"validation": [1, 2], "validation_device": "cpu"}


def test_values_are_stored_under_the_keys_of_their_sub_networks(tmp_path):
    edits, plain = Editing(), Instant()
    rows, settings = plain.space.sample(20, 1), SETTINGS | {"validation": [1, 2]}
    for objective, platform in (("top1", None), ("latency", Platform("here", batch_size=2))):
        known, store = OBJECTIVES[objective], MeasurementStore(tmp_path / objective)
        values = measure(edits, known, rows, platform, settings, store)["value"].tolist()
        right = list(plain.measure(objective, plain.space.decode(rows), platform, {}))
        assert values == right
        stored = {str(m.key["configuration"]): m.value for m in store.measurements()
                  if m.key["objective"] == objective}  # fmt: skip
        assert stored == dict(zip(map(str, plain.space.decode(rows)), right, strict=True))
        references = [m.key["configuration"] for m in store.measurements()
                      if m.key["objective"] == "latency_reference"]  # fmt: skip
        assert references == [plain.space.decode(plain.space.extremes()[:1])[0]] * len(references)
    assert settings == SETTINGS


def test_populations_stay_as_they_are(tmp_path):
    edits, plain = Editing(), Instant()
    rows = plain.space.sample(20, 1)
    before = rows.copy()
    assert np.array_equal(exact(OBJECTIVES["macs"], edits, rows), plain.exact("macs", before))
    for name in ("blocks", "stages", "both"):
        Features(edits)(rows, name)
        assert np.array_equal(rows, before)
    assert middle(edits) == middle(plain)
    settings = SETTINGS | {"validation": [1, 2]}
    checked = self_test(edits, settings, MeasurementStore(tmp_path))
    assert checked["params"].tolist() == plain.exact("params", plain.space.extremes()).tolist()
