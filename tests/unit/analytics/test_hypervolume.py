import numpy as np
import pandas as pd
import pytest
from helpers.drawn import legend_entries, line, texts, with_label
from helpers.experiment_files import BOX, experiment, files_below, rows_of, write_rows

from archfront.analytics.hypervolume import draw, inputs, table
from archfront.core.files import write_json

ONE_RUN = experiment(platforms={"single": {}}, seeds=[1], tactics=["full"])


def test_the_hypervolume_of_each_validation_by_hand(tmp_path):
    """The box from (60 %, 10 ms) to (80 %, 0 ms) is 1. a fills a half of either side: 0.25. b has
    failed. c is better than a in top-1 by a half of the box, and fills a fifth of the other side
    there: 0.1 more. d is worse than a."""
    write_json(tmp_path / "reference/single.json", BOX)
    write_rows(
        tmp_path / "seed1/single/full/archive.csv",
        "digest top1 latency reason",
        ("a", 70.0, 5.0, ""),
        ("b", None, 1.0, "top1: the value was nan; "),
        ("c", 80.0, 8.0, ""),
        ("d", 65.0, 6.0, ""),
    )
    assert files_below(tmp_path) == sorted(inputs(ONE_RUN))
    found = table(tmp_path, ONE_RUN)
    assert rows_of(found, "platform tactic seed validations") == [
        ("single", "full", 1, number) for number in (1, 2, 3, 4)
    ]
    assert found["hypervolume"].tolist() == pytest.approx([0.25, 0.25, 0.35, 0.35])


def test_each_run_is_measured_by_the_reference_of_its_platform(tmp_path):
    """The same row fills 0.25 of the one box and, with twice the latency allowed, 0.375 of the
    other."""
    settings = experiment(tactics=["full"])
    twice = BOX | {"reference": {"top1": 60.0, "latency": 20.0}}
    for name, reference in (("single", BOX), ("batched", twice)):
        write_json(tmp_path / f"reference/{name}.json", reference)
        for seed in (1, 2):
            path = tmp_path / f"seed{seed}/{name}/full/archive.csv"
            write_rows(path, "digest top1 latency reason", ("a", 70.0, 5.0, ""))
    found = table(tmp_path, settings)
    assert rows_of(found, "platform seed hypervolume") == [
        *[("single", 1, 0.25), ("batched", 1, 0.375)],
        *[("single", 2, 0.25), ("batched", 2, 0.375)],
    ]


CURVES = pd.DataFrame(
    [
        ("single", "full", 1, 1, 0.1),
        ("single", "full", 1, 2, 0.2),
        ("single", "full", 2, 1, 0.1),
        ("single", "full", 2, 2, 0.4),
        ("single", "concurrent", 1, 1, 0.6),
        ("batched", "full", 1, 1, 0.9),
    ],
    columns=["platform", "tactic", "seed", "validations", "hypervolume"],
)


def test_a_curve_shows_the_mean_over_the_seeds_and_a_band_of_one_deviation():
    """After two validations: 0.2 and 0.4, the mean is 0.3 and the deviation 0.1 times the root
    of 2."""
    figure = draw(CURVES, experiment())
    single, batched = figure.axes
    assert texts(single) == ("single", "Validations", "Hypervolume")
    assert texts(batched)[0] == "batched"
    shown = np.array(line(single, "Full search"))
    assert shown == pytest.approx(np.array([(1, 0.1), (2, 0.3)]))
    assert line(single, "archfront's ConcurrentNAS") == [(1, 0.6)]
    assert line(batched, "Full search") == [(1, 0.9)]
    band = single.collections[0].get_paths()[0].vertices
    edges = sorted(set(band[band[:, 0] == 2][:, 1].round(9)))
    assert edges == pytest.approx([0.3 - 0.1 * 2**0.5, 0.3 + 0.1 * 2**0.5])
    assert legend_entries(figure) == [
        *("Full search", "archfront's ConcurrentNAS", "end of the random samples")
    ]


@pytest.mark.parametrize(
    ("changes", "starts"),
    [
        ({"tactics": ["full", "concurrent"]}, True),
        ({"tactics": ["concurrent"]}, False),
        ({"tactics": ["concurrent"], "concurrent": {"start": None}}, True),
    ],
)
def test_the_end_of_the_random_samples_is_shown_if_a_tactic_starts_from_them(changes, starts):
    for axis in draw(CURVES, experiment(**changes)).axes:
        ends = [some for some in axis.lines if some.get_label() == "end of the random samples"]
        assert [list(end.get_xdata()) for end in ends] == [[12, 12]] * starts


def test_tactics_have_the_looks_that_tell_them_apart():
    (axis,) = draw(CURVES[CURVES["platform"] == "single"], ONE_RUN).axes
    looks = {
        (with_label(axis, label).get_color(), with_label(axis, label).get_marker())
        for label in ("Full search", "archfront's ConcurrentNAS")
    }
    assert looks == {("#E69F00", "s"), ("#0072B2", "o")}
