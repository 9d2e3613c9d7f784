import pytest
from helpers.runs import ROOT

from archfront.config.experiment import read, validated
from archfront.paper.dry import rehearsal, rehearsed

FILES = sorted((ROOT / "experiments" / "full").glob("*.yaml"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_an_experiment_differs_from_what_it_rehearses_in_nothing_but(path):
    """The values, the names, the chunks. No file is there, and none is needed."""
    full = read(path)
    dry = rehearsal(full)
    changed = {key for key in full | dry if full.get(key) != dry.get(key)}
    assert changed == {"experiment", "supernet", "measurement"}
    assert dry["experiment"] == f"dry_{path.stem}"
    assert rehearsed(dry["experiment"]) == full["experiment"]
    assert dry["measurement"] == full.get("measurement", {}) | {"chunk_size": 250}
    settings = validated(dry)
    assert settings["supernet"]["space"] == {"name": full["supernet"]["name"]}
    assert settings["seeds"] == full.get("seeds", [1])


def test_options_that_name_no_file_stay():
    given = {"name": "ofa_resnet50", "checkpoint": "a", "imagenet": "b", "resolution": 160}
    dry = rehearsal({"experiment": "full_mine", "supernet": given})
    assert dry["supernet"]["space"] == {"name": "ofa_resnet50", "resolution": 160}
    short = rehearsal({"experiment": "full_mine", "supernet": "ofa_resnet50"})
    assert short["supernet"]["space"] == {"name": "ofa_resnet50"}


def test_only_experiments_of_the_setting_are_rehearsals():
    assert rehearsed("dry_vision_rows") == "full_vision_rows"
    assert [rehearsed(name) for name in ("dry", "dry_", "full_vision", "dryer_one")] == [None] * 4
