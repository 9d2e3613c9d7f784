import pytest

from archfront.predictors.features import Features
from archfront.supernets.registry import supernet


@pytest.fixture(scope="module")
def published():
    network = supernet({"name": "ofa_mbv3_w1.2", "resolution": [128, 176, 224]})
    return network, Features(network)
