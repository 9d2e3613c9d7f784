"""The script of full search, on an archive with failed measurements."""

import runpy
import sys
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from helpers.runs import CONFIG, ROOT
from instant import Instant

from archfront.core.files import read_table, write_table
from archfront.core.population_table import read_population, with_digests
from archfront.predictors.features import Features
from archfront.predictors.predictor import save
from archfront.search.proposal import fit_predictors

SCRIPTS = ROOT / "workflow" / "scripts"
GOALS = ["top1", "latency"]


@pytest.fixture
def snakemake(tmp_path):
    """The job after 60 samples. The measurement of a sub-network above 30 MACs fails."""
    network, (archive, predictors) = Instant(), (tmp_path / "archive.csv", tmp_path / "models.npz")
    rows = network.space.sample(60, 1)
    macs = network.exact("macs", rows)
    values = pd.DataFrame({"top1": np.where(macs > 30, np.nan, 60 + macs), "latency": macs})
    write_table(archive, pd.concat([with_digests(network.space, rows), values], axis=1))
    kinds = dict.fromkeys(GOALS, "ridge")
    save(fit_predictors(Features(network), rows, values, GOALS, kinds), predictors)
    files = {name: tmp_path / f"{name}.csv" for name in ("history", "population")}
    search = CONFIG["search"] | {"algorithm": "nsga2", "crossover": 0.9, "population": 40}
    return SimpleNamespace(
        log=[tmp_path / "log"],
        input=SimpleNamespace(
            archive=archive, predictors=predictors, start=archive, constraints=[], data=[]
        ),
        output=SimpleNamespace(**files),
        params=SimpleNamespace(
            supernet="instant:Instant",
            objectives=GOALS,
            bounds={},
            search=search,
            batch=20,
            live=[],
            budget=50,
            platform={},
            settings={},
            store=tmp_path / "store",
        ),
        wildcards=SimpleNamespace(seed=1, platform="single", full="full"),
    )


def test_what_resembles_failures_is_hardly_proposed(snakemake, monkeypatch):
    monkeypatch.setattr(sys, "path", [str(SCRIPTS), *sys.path])
    runpy.run_path(str(SCRIPTS / "search_full.py"), {"snakemake": snakemake})
    proposed = read_population(Instant().space, read_table(snakemake.output.population))
    assert len(proposed) == 20
    assert (Instant().exact("macs", proposed) > 30).mean() <= 0.5
