import pandas as pd
import pytest

from archfront.paper import fig5


def test_what_a_transferred_front_lacks_by_hand():
    rows = [
        (1, "cpu", "cpu", 0.8),
        (1, "cpu", "gpu", 0.6),
        (1, "gpu", "gpu", 0.5),
        (1, "gpu", "cpu", 0.5),
    ]
    table = pd.DataFrame(rows, columns=["seed", "platform", "front_of", "hypervolume"])
    lost = fig5.losses(pd.concat([table, table])).set_index(["platform", "front_of"])["loss"]
    assert lost["cpu", "gpu"] == pytest.approx(0.25) and lost["gpu", "cpu"] == 0
    assert len(lost) == 2
