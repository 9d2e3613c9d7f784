import json

from archfront.config import experiment
from archfront.core.objective import OBJECTIVES
from archfront.measurement.measure import key_of
from archfront.measurement.store import key_digest
from archfront.supernets.embedded.vision import EmbeddedMobileNetV3

CONFIG = {"experiment": "some", "platforms": {"here": {}}, "sampling": {"count": 40}}


def settings(**measurement):
    return experiment.validated(CONFIG | {"measurement": measurement})["measurement"]


def test_the_key_in_fp32_is_the_key_without_a_setting_for_the_precision():
    network = EmbeddedMobileNetV3()
    (smallest, _) = network.space.decode(network.space.extremes())
    given = settings()
    key = key_of(network, OBJECTIVES["top1"], smallest, None, given)
    without = {n: v for n, v in given.items() if n != "validation_precision"}
    assert key == key_of(network, OBJECTIVES["top1"], smallest, None, without)
    assert key["precision"] == "fp32" and not any("validation" in name for name in key)
    known = key | {"data": "drawn", "supernet": "weights"}
    told = json.dumps(known, sort_keys=True)
    assert '"images": 5000, "objective": "top1", "precision": "fp32", "protocol": 2, "reso' in told
    assert key_digest(known) == key_digest(json.loads(told))


def test_the_precision_changes_the_key_of_top1_and_of_no_other_objective():
    network = EmbeddedMobileNetV3()
    (smallest, _) = network.space.decode(network.space.extremes())

    def keys(precision):
        given = settings(validation_device="cuda") | {"validation_precision": precision}
        return {
            name: key_of(network, OBJECTIVES[name], smallest, None, given)
            for name in ("top1", "naswot")
        }

    fp32, fp16 = keys("fp32"), keys("fp16")
    assert fp32["naswot"] == fp16["naswot"]
    assert fp16["top1"] == fp32["top1"] | {"precision": "fp16"} != fp32["top1"]
