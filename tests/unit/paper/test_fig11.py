import pandas as pd
from helpers.drawn import clouds, legend_entries, places, points, texts, with_label
from helpers.experiment_files import experiment, files_below, rows_of, write_rows

from archfront.paper import fig11


def test_the_best_within_the_limit_by_hand():
    table = pd.DataFrame(
        {
            "tactic": ["weaknas"] * 3,
            "terms": "published",
            "seed": 1,
            "top1": [70.0, 75.0, 72.0],
            "macs": [200.0, 400.0, 290.0],
            "within": [1, 0, 1],
        }
    )
    assert fig11.bests(table)["top1"].tolist() == [72.0]


COMMON = {"platforms": {"any": {}}, "objectives": ["top1"], "bounds": {"macs": 300}}
STUDY = {
    "weaknas": experiment(experiment="weaknas", tactics=["weaknas"], seeds=[1, 2], **COMMON),
    "few": experiment(experiment="few", tactics=["concurrent", "weaknas"], seeds=[1], **COMMON),
}
ARCHIVE = "digest top1 macs reason"


def test_each_validation_tells_the_best_within_the_limit_so_far(tmp_path):
    """b is better than all but beyond the limit; c has failed."""
    write_rows(
        tmp_path / "weaknas/seed1/any/weaknas/archive.csv",
        ARCHIVE,
        ("b", 90.0, 301.0, ""),
        ("a", 70.0, 300.0, ""),
        ("c", None, 100.0, "top1: the value was nan; "),
        ("d", 69.0, 200.0, ""),
        ("e", 71.0, 100.0, ""),
    )
    write_rows(tmp_path / "weaknas/seed2/any/weaknas/archive.csv", ARCHIVE, ("a", 70.0, 300.0, ""))
    for tactic, digest in (("concurrent", "f"), ("weaknas", "g")):
        path = tmp_path / f"few/seed1/any/{tactic}/archive.csv"
        write_rows(path, ARCHIVE, (digest, 60.0, 50.0, ""))
    assert files_below(tmp_path) == sorted(fig11.inputs(STUDY))
    found = fig11.table(tmp_path, STUDY)
    assert rows_of(found, "experiment terms tactic seed validations digest within") == [
        ("weaknas", "published", "weaknas", 1, 1, "b", 0),
        ("weaknas", "published", "weaknas", 1, 2, "a", 1),
        ("weaknas", "published", "weaknas", 1, 3, "c", 1),
        ("weaknas", "published", "weaknas", 1, 4, "d", 1),
        ("weaknas", "published", "weaknas", 1, 5, "e", 1),
        ("weaknas", "published", "weaknas", 2, 1, "a", 1),
        ("few", "equal", "concurrent", 1, 1, "f", 1),
        ("few", "equal", "weaknas", 1, 1, "g", 1),
    ]
    assert found["best"].isna().tolist() == [True] + [False] * 7
    assert found["best"].tolist()[1:] == [70, 70, 70, 71, 70, 60, 60]


def drawn():
    """WeakNAS as published of two seeds, with 20 validations each; ConcurrentNAS and WeakNAS on
    equal terms of one seed, with 10 each."""
    rows = [
        (
            "weaknas",
            "published",
            seed,
            n,
            60 + n / 10 + seed,
            200 + n,
            int(n < 20),
            60 + min(n, 19) / 10 + seed,
        )
        for seed in (1, 2)
        for n in range(1, 21)
    ]
    for tactic, least in (("concurrent", 70.0), ("weaknas", 65.0)):
        rows += [(tactic, "equal", 1, n, least + n, 150.0, 1, least + n) for n in range(1, 11)]
    columns = ["tactic", "terms", "seed", "validations", "top1", "macs", "within", "best"]
    return fig11.draw(pd.DataFrame(rows, columns=columns), STUDY)


def test_the_plane_shows_the_first_seed_and_the_best_of_each():
    """Validation 20 is the best of WeakNAS, but beyond the limit; the best within it is 19."""
    figure = drawn()
    plane = figure.axes[0]
    assert texts(plane) == ("", "MACs (millions)", "Top-1 accuracy (%)")
    assert points(plane, "WeakNAS as published, best of 20") == [(219, 62.9), (219, 63.9)]
    assert points(plane, "archfront's ConcurrentNAS, best of 10") == [(150, 80)]
    assert points(plane, "WeakNAS, best of 10") == [(150, 75)]
    hollow = with_label(plane, "WeakNAS as published, best of 20")
    assert hollow.get_facecolor().tolist()[0] == [1, 1, 1, 1]
    everything = clouds(plane)[0]
    assert len(places(everything)) == 20 and places(everything)[0] == (201, 61.1)
    assert with_label(plane, "limit").get_xdata() == [300, 300]
    assert sorted(legend_entries(figure)) == [
        "WeakNAS as published, best of 20",
        "WeakNAS, best of 10",
        "archfront's ConcurrentNAS, best of 10",
        "limit",
    ]


def test_the_course_shows_a_line_per_seed_from_the_tenth_validation():
    """The lowest line is at 60 + 1 + 1 there."""
    course = drawn().axes[1]
    assert texts(course) == ("", "Validations", "Best Top-1 accuracy (%)")
    ends = [tuple(line.get_xydata()[-1].tolist()) for line in course.lines]
    assert ends == [(20, 62.9), (20, 63.9), (10, 80), (10, 75)]
    assert [line.get_linestyle() for line in course.lines] == ["--", "--", "-", "-"]
    assert course.get_xscale() == "log"
    assert course.get_xlim()[0] == 10 and course.get_ylim()[0] == 62
