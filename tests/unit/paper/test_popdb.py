import numpy as np
import pandas as pd
import pytest
from helpers.drawn import texts, with_label
from helpers.experiment_files import experiment, files_below, rows_of
from instant import Instant

from archfront.core.files import write_json
from archfront.paper.popdb import ROLES, draw, inputs, table

STUDY = {"popdb": experiment(experiment="vision", popdb={"enabled": True})}
SPACE = Instant().space
ALL = {name: list(p.values) for name, p in zip(SPACE.names, SPACE.parameters, strict=True)}


def test_what_was_eliminated_is_counted_for_each_kind(tmp_path):
    """The space has nine kernel sizes, nine expansions and three depths, of three values each. In
    the first seed one kernel size lost two values and another one lost one, and so on."""
    allowed = ALL | {"ks_0": [3], "ks_8": [3, 7], "e_4": [6]}
    for seed, kept, after in ((1, allowed, 100), (2, ALL, 10**6)):
        content = {
            "allowed": kept,
            "subnetworks_before": str(10**6),
            "subnetworks_after": str(after),
        }
        write_json(tmp_path / f"vision/seed{seed}/popdb/constraint.json", content)
    assert files_below(tmp_path) == sorted(inputs(STUDY))
    assert set(ROLES) == set(STUDY)
    found = table(tmp_path, STUDY)
    assert rows_of(found, "seed kind parameters pruned values eliminated") == [
        (1, "ks", 9, 2, 27, 3),
        (1, "e", 9, 1, 27, 2),
        (1, "d", 3, 0, 9, 0),
        (2, "ks", 9, 0, 27, 0),
        (2, "e", 9, 0, 27, 0),
        (2, "d", 3, 0, 9, 0),
    ]
    assert found["log10_before"].tolist() == [6] * 6
    assert found["log10_after"].tolist() == [2] * 3 + [6] * 3


def test_bars_show_the_share_of_each_kind_beside_the_paper_s():
    """A half and all of the kernel sizes lost values: the mean is 0.75, the deviation 0.25 times
    the root of 2. The paper counted 16 of 20 kernel sizes, 5 of 20 widths, no depth."""
    rows = [
        (1, "ks", 4, 2, 9.0, 3.0),
        (1, "w", 4, 1, 9.0, 3.0),
        (1, "d", 4, 0, 9.0, 3.0),
        (2, "ks", 4, 4, 9.0, 6.0),
        (2, "w", 4, 1, 9.0, 6.0),
        (2, "d", 4, 0, 9.0, 6.0),
    ]
    columns = ["seed", "kind", "parameters", "pruned", "log10_before", "log10_after"]
    (axis,) = draw(pd.DataFrame(rows, columns=columns), STUDY).axes
    assert texts(axis) == (
        "$10^{9.0}$ sub-networks to $10^{4.5}$",
        "Kind of elastic parameter",
        "Share that lost values",
    )
    (bars,) = (container for container in axis.containers if hasattr(container, "patches"))
    assert [bar.get_height() for bar in bars.patches] == [0.75, 0.25, 0]
    (spread,) = bars.errorbar.lines[2]
    lengths = [np.ptp(segment[:, 1]) / 2 for segment in spread.get_segments()]
    assert lengths == pytest.approx([0.25 * 2**0.5, 0, 0])
    paper = with_label(axis, "the paper")
    assert [*paper.get_xdata(orig=True)] == ["ks", "d"]
    assert [*paper.get_ydata()] == [0.8, 0]
    assert [text.get_text() for text in axis.get_legend().get_texts()] == ["the paper"]
