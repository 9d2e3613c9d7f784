"""A run is repeated from the store and the record of its proposals, without a search."""

import shutil

import pandas as pd
import pytest
from helpers.runs import CONFIG
from instant import Instant

from archfront.config.experiment import validated
from archfront.config.queries import runs
from archfront.config.recorded_proposals import record


@pytest.mark.slow
def test_a_run_from_its_record_gives_the_same_fronts_without_a_search(finished, tmp_path):
    folder = finished.copy(tmp_path / "run")
    space = Instant().space
    count = record(folder.results, runs(validated(CONFIG)), space, folder.path / "proposals.json")
    assert count >= 2 * CONFIG["concurrent"]["iterations"]
    before = {
        path: path.read_text() for path in folder.results.glob("seed1/*/concurrent/front.csv")
    }
    taken = len(folder.taken())
    shutil.rmtree(folder.results)
    loop = CONFIG["concurrent"] | {"proposals": "proposals.json"}
    # These search settings are not the recorded ones. They have no effect on the proposals.
    folder.write(CONFIG | {"concurrent": loop, "search": {"population": 24, "generations": 3}})
    wanted = [str(path.relative_to(folder.path)) for path in before]
    done = folder.run(*wanted)
    assert done.returncode == 0, done.stderr[-3000:]
    assert {path: path.read_text() for path in before} == before
    assert len(folder.taken()) == taken
    history = folder.results / "seed1/single/concurrent/iteration1/history.csv"
    assert len(pd.read_csv(history)) == 0
