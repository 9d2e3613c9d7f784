import itertools
import sys

import numpy as np
import pandas as pd
import pytest
from instant import Instant

from archfront.core.objective import OBJECTIVES, Objective, exact
from archfront.core.platform import Platform
from archfront.core.population_table import population_table
from archfront.core.registry import ConfigError
from archfront.core.space import ElasticParameter, SearchSpace
from archfront.measurement.measure import key_of, measure
from archfront.measurement.store import MeasurementStore
from archfront.rehearsal import Table
from archfront.supernets.registry import SUPERNETS, supernet

TABLE = "archfront.rehearsal:Table"


def rows():
    """Every combination of two operations and a depth, and made-up values."""
    table = pd.DataFrame(itertools.product(["none", "conv"], ["conv", "none"], [2, 1]))
    table.columns = ["a", "b", "depth"]
    return table.assign(accuracy=np.arange(8) + 60.0, flops=range(8), ms=[8 - n for n in range(8)])


def network(folder, table, **options):
    table.to_csv(folder / "t.csv", index=False)
    options = {"parameters": {"op": ["a", "b"], "depth": ["depth"]}} | options
    columns = {"columns": {"top1": "accuracy", "macs": "flops", "latency": "ms"}} | options
    return supernet({"name": TABLE, "table": str(folder / "t.csv"), **columns})


def answers(network, objective, population, platform=None):
    found = network.measure(objective, network.space.decode(population), platform, {})
    return [one.value if one.value is not None else one.reason for one in found]


def test_values_are_looked_up_row_by_row(tmp_path):
    found = network(tmp_path, rows().sample(frac=1, random_state=3))
    assert found.space.names == ("op_0", "op_1", "depth_0")
    assert [p.values for p in found.space.parameters] == [
        ("conv", "none"),
        ("conv", "none"),
        (1, 2),
    ]
    asked = found.space.encode(
        [{"op": ["none", "conv"], "depth": [2]}, {"op": ["conv", "none"], "depth": [1]}]
    )
    assert answers(found, "top1", asked) == [60, 67] and answers(found, "latency", asked) == [8, 1]
    assert found.exact("macs", asked).tolist() == [0, 7]
    assert found.measures == ("top1", "latency") and found.costs == ("macs",)
    assert found.complete and sorted(answers(found, "top1", found.everything())) == [*range(60, 68)]


def test_the_rows_of_a_sub_network_are_averaged_and_empty_cells_left_out(tmp_path):
    table = pd.concat([rows(), rows().assign(accuracy=lambda t: t["accuracy"] + 1)])
    table["accuracy"] = table["accuracy"].astype(object)
    table.iloc[8, 3] = "NaN"
    found = network(tmp_path, table)
    asked = found.space.encode([{"op": ["none", "conv"], "depth": [d]} for d in (2, 1)])
    assert answers(found, "top1", asked) == [60, 61.5]


def test_what_the_table_lacks_is_a_failed_measurement(tmp_path):
    table = rows().iloc[:5]
    table.loc[1, "accuracy"] = np.nan
    found = network(tmp_path, table)
    asked = found.space.encode(
        [{"op": ["none", "conv"], "depth": [1]}, {"op": ["conv", "none"], "depth": [1]}]
    )
    told = ["t.csv has no top1 in its row", "t.csv has no row of this sub-network"]
    assert answers(found, "top1", asked) == told
    store = MeasurementStore(tmp_path / "store")
    everything = np.array(list(np.ndindex(2, 2, 2)))
    measured = measure(found, OBJECTIVES["top1"], everything, None, {"timeout": None}, store)
    assert measured["value"].notna().sum() == 4 and set(measured["reason"].dropna()) >= {*told}
    assert found.everything() is None and found.costs == ()
    with pytest.raises(ValueError, match=r"macs needs a column .* table has 5 of 8 sub-networks"):
        exact(OBJECTIVES["macs"], found, asked)


def test_a_platforms_model_chooses_the_column(tmp_path):
    table = rows().assign(pi=range(8), fpga=range(8, 16))
    columns = {"top1": "accuracy", "latency": {"Pi 4": "pi", "FPGA": "fpga"}}
    found = network(tmp_path, table, columns=columns)
    asked = found.space.encode([{"op": ["none", "conv"], "depth": [2]}])
    one, other = Platform("one", model="Pi 4"), Platform("other", model="FPGA")
    assert answers(found, "latency", asked, one) == [0]
    assert answers(found, "latency", asked, other) == [8]
    latency, (configuration,) = OBJECTIVES["latency"], found.space.decode(asked)
    keys = [key_of(found, latency, configuration, where, {}) for where in (one, other)]
    assert keys[0] != keys[1]
    with pytest.raises(ConfigError, match=r"platforms.third.model: 'Pi 5' has no.*mean 'Pi 4'"):
        answers(found, "latency", asked, Platform("third", model="Pi 5"))


def test_the_space_and_the_costs_may_be_those_of_a_super_network(tmp_path, monkeypatch):
    monkeypatch.setitem(SUPERNETS, "instant", Instant)
    original = Instant()
    some = original.space.sample(9, 1)
    table = population_table(original.space, some).assign(top1=range(9))
    found = network(tmp_path, table, parameters=None, space="instant", columns=None)
    assert answers(found, "top1", some) == [*range(9)] and found.costs == ("macs", "params")
    others = original.space.sample(20, 2)
    assert found.exact("macs", others).tolist() == original.exact("macs", others).tolist()
    assert not found.complete


class Denoiser(Table):
    psnr = Objective("psnr", "PSNR", "dB", True, "validation", per_platform=False, protocol=1)


def test_an_objective_of_the_class_has_a_column(tmp_path, monkeypatch):
    monkeypatch.setitem(SUPERNETS, "denoiser", Denoiser)
    rows().to_csv(tmp_path / "t.csv", index=False)
    given = {"table": str(tmp_path / "t.csv"), "parameters": ["a", "b", "depth"]}
    found = supernet({"name": "denoiser", **given, "columns": {"psnr": "accuracy"}})
    assert sorted(answers(found, "psnr", found.everything())) == [*range(60, 68)]


def test_a_parquet_file_gives_the_same(tmp_path):
    pytest.importorskip("pyarrow", reason="the extra archfront[parquet] is not installed")
    found = network(tmp_path, rows())
    rows().to_parquet(tmp_path / "t.parquet")
    given = {"parameters": {"op": ["a", "b"], "depth": ["depth"]}, "columns": {"top1": "accuracy"}}
    other = supernet({"name": TABLE, "table": str(tmp_path / "t.parquet"), **given})
    assert other.space.digest == found.space.digest
    asked = found.everything()
    assert answers(other, "top1", asked) == answers(found, "top1", asked)


def test_parquet_without_its_reader_names_the_extra(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    (tmp_path / "t.parquet").write_bytes(b"PAR1")
    with pytest.raises(ConfigError, match=r"archfront\[parquet\]"):
        supernet({"name": TABLE, "table": str(tmp_path / "t.parquet"), "parameters": ["a"]})


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"parameters": None}, "supernet.parameters: name the columns"),
        ({"space": "ofa_resnet50"}, "one of the two"),
        ({"parameters": []}, "supernet.parameters: name at least one column"),
        ({"parameters": ["a", "dept"]}, "'dept' is no column .did you mean 'depth'"),
        ({"parameters": ["a", "gap"]}, "supernet.parameters: 'gap' is empty in row 2"),
        ({"columns": {"top2": "ms"}}, "supernet.columns.top2: no objective .did you mean 'top1'"),
        ({"columns": {"top1": "acuracy"}}, "supernet.columns.top1: .*did you mean 'accuracy'"),
        ({"columns": {"top1": {"pi": "ms"}}}, "columns.top1: does not depend on the platform"),
        ({"columns": {"latency": {"pi": "mss"}}}, "supernet.columns.latency.pi: .*'ms'"),
    ],
)
def test_wrong_options_are_refused(tmp_path, options, message):
    with pytest.raises(ConfigError, match=message):
        network(tmp_path, rows().assign(gap=[1, 2, None, *range(5)]), **options)


def test_wrong_content_is_refused(tmp_path):
    with pytest.raises(ConfigError, match=r"none.csv is no file"):
        supernet({"name": TABLE, "table": "none.csv", "parameters": ["a"]})
    with pytest.raises(ConfigError, match="has no rows"):
        network(tmp_path, rows().iloc[:0])
    found = network(tmp_path, rows().assign(accuracy=["61", "62 %", *range(6)]))
    with pytest.raises(ConfigError, match="column 'accuracy': '62 %' is no number"):
        answers(found, "top1", found.everything())
    with pytest.raises(ConfigError, match="has no column for bleu; name it in"):
        found.context("bleu", {})
    with pytest.raises(ConfigError, match="lacks the column 'ks_0'"):
        network(tmp_path, rows(), parameters=None, space="ofa_mbv3_w1.0")


def test_another_content_gives_another_digest(tmp_path):
    first = network(tmp_path, rows()).digest()
    assert network(tmp_path, rows()).digest() == first
    table = rows()
    table.loc[0, "ms"] = 9
    assert network(tmp_path, table).digest() != first
    assert network(tmp_path, rows(), columns=None).digest() != first


def test_a_parameter_of_many_values_is_refused():
    with pytest.raises(ValueError, match="at most 32,767 values"):
        SearchSpace([ElasticParameter("id", tuple(range(40_000)))])
