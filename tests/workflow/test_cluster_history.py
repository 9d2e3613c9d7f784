"""The script that clusters a search history."""

import runpy
import sys
from types import SimpleNamespace

import numpy as np
import pytest
from helpers.runs import ROOT
from helpers.spaces import trade_off
from instant import Instant

from archfront.core.files import read_table, write_table
from archfront.core.population_table import read_population
from archfront.search import popdb
from archfront.search.evolution import history_table
from archfront.search.nsga2 import nsga2

SCRIPTS = ROOT / "workflow" / "scripts"
SPACE = Instant().space


@pytest.mark.parametrize("clustering", popdb.CLUSTERINGS)
def test_a_history_is_clustered_by_the_program_of_the_config(tmp_path, monkeypatch, clustering):
    files = {name: tmp_path / f"{name}.csv" for name in ("history", "frequencies", "clusters")}
    history = nsga2(SPACE, trade_off(SPACE), 2, 40, 20, 0.9, 1)
    write_table(files["history"], history_table(SPACE, history, ["top1", "macs"]))
    settings = {"min_cluster_size": 10, "min_samples": 3, "clustering": clustering}
    thresholds = dict.fromkeys(SPACE.kinds, 0.01)
    job = SimpleNamespace(
        log=[tmp_path / "log"],
        input=SimpleNamespace(history=files["history"]),
        output=SimpleNamespace(**files, constraint=tmp_path / "constraint.json"),
        params=SimpleNamespace(
            supernet="instant:Instant", popdb=settings | {"thresholds": thresholds}
        ),
    )
    monkeypatch.setattr(sys, "path", [str(SCRIPTS), *sys.path])
    runpy.run_path(str(SCRIPTS / "cluster_history.py"), {"snakemake": job})
    population = read_population(SPACE, read_table(files["history"]))
    labels = {one: popdb.clusters(SPACE, population, 10, 3, one) for one in popdb.CLUSTERINGS}
    assert not np.array_equal(*labels.values())
    assert np.array_equal(read_table(files["clusters"])["cluster"], labels[clustering])
