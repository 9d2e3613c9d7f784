import pytest

from archfront.config import experiment
from archfront.config.queries import check_platforms
from archfront.core import validation

CONFIG = {"experiment": "some", "platforms": {"here": {}}, "sampling": {"count": 40}}


def settings(**measurement):
    return experiment.validated(CONFIG | {"measurement": measurement})["measurement"]


def test_bf16_is_refused_on_a_processor_without_bf16(monkeypatch):
    given = settings(validation_precision="bf16")
    monkeypatch.setattr(validation, "processor_has_bf16", lambda: False)
    with pytest.raises(ValueError, match=r"validation_precision = 'bf16': cpu .* allowed: fp32$"):
        check_platforms(experiment.validated(CONFIG | {"measurement": given}))
    monkeypatch.setattr(validation, "processor_has_bf16", lambda: True)
    validation.check_validation(given)
