from helpers.drawn import legend_entries, points, texts
from helpers.experiment_files import BOX, experiment, files_below, rows_of, write_rows

from archfront.core.files import write_json
from archfront.paper.fig6 import ROLES, draw, inputs, table

NAMES = "one", "two", "four"
STUDY = {
    "threads": experiment(
        experiment="threads",
        platforms={name: {} for name in NAMES},
        seeds=[1],
        tactics=["full", "concurrent"],
    )
}


def write(results):
    """Each platform's own front is c and d. A sub-network of the other platform's front takes 1 ms
    more."""
    for here in NAMES:
        write_json(results / f"threads/reference/{here}.json", BOX)
        for there in NAMES:
            more = 0 if here == there else 1
            tactic = "concurrent" if here == there else f"concurrent_from_{there}"
            write_rows(
                results / f"threads/seed1/{here}/{tactic}/archive.csv",
                "digest top1 latency reason",
                ("c", 80.0, 5.0 + more, ""),
                ("d", 70.0, 1.0 + more, ""),
            )


def test_every_front_is_shown_on_every_platform(tmp_path):
    write(tmp_path)
    assert files_below(tmp_path) == sorted(inputs(STUDY))
    assert set(ROLES) == set(STUDY)
    found = table(tmp_path, STUDY)
    assert rows_of(found[found["digest"] == "c"], "platform front_of latency") == [
        *[("one", "one", 5), ("one", "two", 6), ("one", "four", 6)],
        *[("two", "one", 6), ("two", "two", 5), ("two", "four", 6)],
        *[("four", "one", 6), ("four", "two", 6), ("four", "four", 5)],
    ]


def test_a_panel_per_platform_tells_what_each_other_front_lacks(tmp_path):
    """The own front fills 0.5 and, of the other half, 0.5 x 0.4: 0.7. The others fill 0.4 + 0.2,
    which is 14.3 % less. The latencies are from 1 to 6 ms."""
    write(tmp_path)
    figure = draw(table(tmp_path, STUDY), STUDY)
    told = [f"{name}, archfront's ConcurrentNAS" for name in NAMES]
    assert [axis.get_title() for axis in figure.axes] == told
    one = figure.axes[0]
    assert texts(one) == (told[0], "Normalised latency", "Top-1 accuracy (%)")
    assert points(one, "front of one") == [(0, 70), (4 / 6, 80)]
    assert points(one, "front of two") == [(1 / 6, 70), (5 / 6, 80)]
    (told,) = one.texts
    assert told.get_text().splitlines() == [
        "front of two: 14.3 % less hypervolume",
        "front of four: 14.3 % less hypervolume",
    ]
    assert legend_entries(figure) == [f"front of {name}" for name in NAMES]
