from helpers.drawn import legend_entries, texts
from helpers.experiment_files import experiment, files_below, rows_of, write_rows

from archfront.paper.values import ROLES, draw, inputs, table

STUDY = {"threads": experiment(experiment="threads")}


def test_the_values_in_the_fronts_of_all_platforms_are_shown(tmp_path):
    for name, share in (("single", 0.75), ("batched", 0.5)):
        path = tmp_path / f"threads/front_values/{name}.csv"
        write_rows(path, "parameter kind value frequency", ("ks_0", "ks", 3, share))
    assert files_below(tmp_path) == sorted(inputs(STUDY))
    assert set(ROLES) == set(STUDY)
    found = table(tmp_path, STUDY)
    assert rows_of(found, "experiment platform parameter kind value frequency") == [
        ("threads", "single", "ks_0", "ks", 3, 0.75),
        ("threads", "batched", "ks_0", "ks", 3, 0.5),
    ]
    figure = draw(found, STUDY)
    (axis,) = figure.axes
    assert texts(axis) == ("", "Value of ks", "Share in the fronts")
    assert legend_entries(figure) == ["single", "batched"]
