import numpy as np
import pytest
from helpers.published_data import needs_published
from instant import Instant
from sklearn.gaussian_process import GaussianProcessRegressor

from archfront.core.consistency import ChangedMeanwhile, note
from archfront.core.files import read_json, write_table
from archfront.core.objective import OBJECTIVES
from archfront.core.population_table import with_digests
from archfront.core.registry import ConfigError
from archfront.core.space import ElasticParameter, SearchSpace
from archfront.rehearsal.replay import gaussian_process
from archfront.supernets.registry import SUPERNETS, supernet

REPLAY = "archfront.rehearsal:Replay"
SPACE = supernet("ofa_mbv3_w1.0").space


def truth(population):
    """Top-1 that is smooth in the costs."""
    macs = supernet("ofa_mbv3_w1.0").exact("macs", population)
    return 60 + 5 * np.log(macs)


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    """Three archives; the second shares ten rows with the first."""
    folder = tmp_path_factory.mktemp("archives")
    sample = SPACE.sample(210, 1)
    paths = []
    for number, rows in enumerate((range(70), range(60, 130), range(130, 200))):
        population = sample[list(rows)]
        table = with_digests(SPACE, population)
        table["top1"] = truth(population)
        table.loc[3, "top1"] = np.nan  # a failed measurement
        paths.append(str(folder / f"{number}.csv"))
        write_table(paths[-1], table)
    return paths


def fitted(folder, table, **options):
    network = supernet({"name": REPLAY, "table": table, **options})
    network.prepare_data(folder, {})
    return network, {"data": str(folder)}


class Named(Instant):
    """Its values read as something else in a table."""

    def __init__(self):
        self.space = SearchSpace([ElasticParameter("w", ("None", "16", "1e5"))] * 2)


def test_texts_in_a_table_are_values_of_the_space(tmp_path, monkeypatch):
    monkeypatch.setitem(SUPERNETS, "named", Named)
    rows = Named().space.sample(9, 1)
    write_table(tmp_path / "a.csv", with_digests(Named().space, rows).assign(top1=range(9)))
    network = supernet({"name": REPLAY, "space": "named", "table": str(tmp_path / "a.csv")})
    assert network.rows.tolist() == rows.tolist()
    assert network.measurements["top1"].tolist() == list(range(9))


@pytest.mark.parametrize("model", ["gaussian_process", "boosted_trees"])
def test_it_answers_what_the_table_says(tables, tmp_path, model):
    network, settings = fitted(tmp_path, tables, model=model)
    fresh = SPACE.sample(50, 9)
    answers = list(network.measure("top1", SPACE.decode(fresh), None, settings))
    told = read_json(tmp_path / "replay.json")["top1"]
    assert told["left_out"] == "whole files" and told["tau"] > 0.6 and 0 < told["mape"] < 1
    assert np.abs(np.array(answers) - truth(fresh)).mean() < 3 * told["mean_absolute_error"]
    again = list(network.measure("top1", SPACE.decode(fresh[::-1]), None, settings))
    assert again[::-1] == pytest.approx(answers, abs=1e-9)
    assert network.exact("macs", fresh).tolist() == network.original.exact("macs", fresh).tolist()
    assert "no validations" in network.remarks({})[0]


def test_a_job_reads_the_gaussian_process_and_fits_none(tables, tmp_path, monkeypatch):
    network, settings = fitted(tmp_path, tables)
    features, values, _ = network.training_rows("top1")
    parameters = read_json(tmp_path / "replay.json")["top1"]["parameters"]
    direct = GaussianProcessRegressor(
        gaussian_process(parameters).kernel, optimizer=None, normalize_y=True
    ).fit(features, values)
    fresh = SPACE.sample(20, 9)
    expected = pytest.approx(direct.predict(SPACE.one_hot(fresh)).tolist(), abs=1e-8)
    with monkeypatch.context() as patched:
        patched.setattr(GaussianProcessRegressor, "fit", None)
        again = supernet({"name": REPLAY, "table": tables})
        assert list(again.measure("top1", SPACE.decode(fresh), None, settings)) == expected
    (tmp_path / "replay_top1.npz").unlink()  # as in data that an earlier archfront prepared
    older = supernet({"name": REPLAY, "table": tables})
    assert list(older.measure("top1", SPACE.decode(fresh), None, settings)) == expected


def test_rows_that_files_share_are_averaged_and_left_out_together(tables):
    network = supernet({"name": REPLAY, "table": tables[:2]})
    features, values, files = network.training_rows("top1")
    assert len(features) == len(values) == 130 - 2 + 1  # row 3 of the second is in the first
    assert sum(own == {0, 1} for own in files) == 9


def test_a_single_file_is_cross_validated_by_rows(tables, tmp_path):
    fitted(tmp_path, tables[0], model="boosted_trees")
    assert read_json(tmp_path / "replay.json")["top1"]["left_out"] == "folds of rows"


def test_noise_has_its_size_and_is_the_same_again(tables, tmp_path):
    plain, settings = fitted(tmp_path, tables, model="boosted_trees")
    noisy = supernet(
        {"name": REPLAY, "table": tables, "model": "boosted_trees", "noise": {"top1": 0.5}}
    )
    configurations = SPACE.decode(SPACE.sample(400, 9))
    exact = np.array([*plain.measure("top1", configurations, None, settings)])
    first = np.array([*noisy.measure("top1", configurations, None, settings)])
    assert 0.4 < (first - exact).std() < 0.6 and abs((first - exact).mean()) < 0.1
    assert (first == [*noisy.measure("top1", configurations, None, settings)]).all()
    assert plain.context("top1", {}) != noisy.context("top1", {})


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"model": "gausian_process"}, "supernet.model: .*did you mean 'gaussian_process'"),
        ({"noise": {"top2": 1}}, "supernet.noise.top2: no objective.*did you mean 'top1'"),
        ({"table": "none.csv"}, "supernet.table: none.csv is no file"),
    ],
)
def test_wrong_options_are_refused(tables, options, message):
    with pytest.raises(ConfigError, match=message):
        supernet({"name": REPLAY, "table": tables} | options)


def test_an_objective_that_nobody_measured_is_refused(tables):
    network = supernet({"name": REPLAY, "table": tables})
    with pytest.raises(ConfigError, match="hold no latency; there: top1"):
        OBJECTIVES["latency"].context(network, {})


def test_another_table_is_another_super_network(tables):
    digests = {
        supernet({"name": REPLAY, "table": table, "model": model}).digest()
        for table in (tables, tables[:1])
        for model in ("gaussian_process", "boosted_trees")
    }
    assert len(digests) == 4


@needs_published
@pytest.mark.slow
@pytest.mark.parametrize(("model", "mape"), [("gaussian_process", 0.11), ("boosted_trees", 0.16)])
def test_the_published_logs_are_reproduced_within_their_error(tmp_path, model, mape):
    network = supernet({"name": REPLAY, "model": model})
    network.prepare_data(tmp_path, {})
    assert read_json(tmp_path / "replay.json")["top1"]["mape"] < mape
    (reference,) = network.references()
    (value,) = network.measure("top1", [reference.configuration], None, {"data": str(tmp_path)})
    assert value == pytest.approx(reference.top1, abs=0.1)


def test_a_fit_that_changed_after_its_preparation_is_refused(tables, tmp_path):
    network, settings = fitted(tmp_path, tables)
    note(tmp_path, {})
    (tmp_path / "replay.json").write_text((tmp_path / "replay.json").read_text() + "\n")
    with pytest.raises(ChangedMeanwhile, match=r"replay\.json is not the file that was prepared"):
        next(iter(network.measure("top1", SPACE.decode(SPACE.sample(1, 9)), None, settings)))
