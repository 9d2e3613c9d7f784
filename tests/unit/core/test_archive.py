import numpy as np
import pandas as pd
import pytest
from instant import Instant

from archfront.core import archive as archives
from archfront.core import population_table as tables
from archfront.core.files import read_table, write_table
from archfront.core.pareto import archive_costs
from archfront.core.space import ElasticParameter, SearchSpace


def chunk(digests, values):
    return pd.DataFrame(
        {"objective": "top1", "digest": digests, "value": values, "spread": 0.1, "reason": ""}
    )


def test_rows_are_ordered_by_an_objective_with_the_best_first():
    table = pd.DataFrame({"top1": [70.0, None, 72.0], "latency": [5.0, 1.0, 9.0]})
    assert archives.best_first(table, "top1").index.tolist() == [2, 0, 1]
    assert archives.best_first(table, "latency").index.tolist() == [1, 0, 2]


def test_an_archive_grows_without_counting_twice_and_keeps_failures():
    supernet = Instant()
    space = supernet.space
    first = tables.with_digests(space, space.sample(4, 1))
    results = chunk(first["digest"], [70.0, 71.0, np.nan, 69.0])
    results.loc[2, "reason"] = "broken"
    archive = archives.archive(supernet, first, results, None, 0, ["macs", "model_size"])
    assert archive["macs"].tolist() == supernet.exact("macs", space.sample(4, 1)).tolist()
    assert archive["model_size"].tolist() == (0.4 * archive["macs"]).tolist()  # Instant's params
    assert archive["reason"].tolist() == ["", "", "top1: broken; ", ""]
    more = tables.with_digests(space, space.sample(6, 1)[3:])
    measured = chunk(more["digest"], [69.0, 68.0, 75.0])
    grown = archives.archive(supernet, more, measured, archive, 1, ["macs", "model_size"])
    assert grown["iteration"].tolist() == [0, 0, 0, 0, 1, 1]
    assert archive_costs(grown, ["top1"])[:, 0] == pytest.approx(
        [-70, -71, np.nan, -69, -68, -75], nan_ok=True
    )


def test_an_archive_of_another_search_space_is_refused_with_its_path(tmp_path):
    """A sub-network of the space has all its values, and no further elastic parameter."""
    parameters = [ElasticParameter("ks", (3, 5, 7)), ElasticParameter("ks", (3, 5))]
    space, path = SearchSpace(parameters), tmp_path / "archive.csv"
    table = tables.with_digests(space, space.sample(6, 1)).assign(reason="")
    write_table(path, table)
    archives.check_archive(space, path)
    smaller = SearchSpace([ElasticParameter("ks", (3, 5)), parameters[1]])
    with pytest.raises(ValueError, match=f"{path}: row .: ks_0 = 7 is not allowed"):
        archives.check_archive(smaller, path)
    with pytest.raises(ValueError, match=f"{path}: it has other elastic parameters"):
        archives.check_archive(SearchSpace(parameters[:1]), path)


@pytest.mark.parametrize("digest", ["0122e35788717293", "5612131375054998"])
def test_a_sub_network_whose_digest_reads_as_a_number_is_collected(tmp_path, monkeypatch, digest):
    supernet = Instant()
    monkeypatch.setattr(type(supernet.space), "digests", lambda self, rows: [digest])
    population = tables.with_digests(supernet.space, supernet.space.sample(1, 1))
    write_table(tmp_path / "population.csv", population)
    write_table(tmp_path / "0.csv", chunk([digest], [70.0]))
    measured = archives.concatenated([tmp_path / "0.csv"])
    read = read_table(tmp_path / "population.csv")
    write_table(tmp_path / "a.csv", archives.archive(supernet, read, measured, None, 0, []))
    again = archives.read_archive(tmp_path / "a.csv")
    assert again["digest"].tolist() == [digest] and again["top1"].tolist() == [70.0]
    assert archives.all_samples([tmp_path / "a.csv"])["digest"].tolist() == [digest]


def test_a_front_is_sorted_by_the_first_objective():
    table = pd.DataFrame(
        {"digest": list("abcd"), "top1": [70.0, 72.0, 71.0, np.nan], "macs": [1.0, 3.0, 3.5, 0.1]}
    )
    assert archives.front(table, ["top1", "macs"])["digest"].tolist() == ["b", "a"]
    table["macs"] = [1.0, 3.0, 2.0, 0.1]
    assert archives.front(table, ["top1", "macs"])["digest"].tolist() == ["b", "c", "a"]
    within = archives.front(table, ["top1", "macs"], {"macs": 2.0, "top1": 70.5})
    assert within["digest"].tolist() == ["c"]
