"""The rounds of a search within training, on the instant super-network: each step of its training
raises the top-1 of one sub-network by 0.1 points."""

import json
from pathlib import Path

import instant
import numpy as np
import pytest
from instant import Instant

from archfront.baselines.random_search import RandomSearch
from archfront.core.archive import front
from archfront.core.plain import PluginError
from archfront.core.platform import Platform
from archfront.core.population_table import read_population, with_digests
from archfront.measurement.store import MeasurementStore
from archfront.search.proposal import SearchSettings
from archfront.search.within_training import measuring, search, train

OBJECTIVES = ["top1", "macs"]
SETTINGS = {"attempts": 1, "validation_device": "cpu"}
HERE = Platform("here")


def asked(network):
    return RandomSearch(network, OBJECTIVES, {}, SearchSettings("nsga2", 8, 2, 0.9), seed=1)


def searched(network, known, store, batches=1):
    measured = measuring(network, ["top1"], HERE, SETTINGS, store)
    return search(asked(network), known, 3, batches, measured, ["macs", "params"])


@pytest.fixture
def known():
    space = Instant().space
    return with_digests(space, space.sample(4, 5))


def test_a_round_measures_the_known_ones_and_new_batches_under_the_present_weights(known, tmp_path):
    weights = tmp_path / "weights.pt"
    weights.write_text(json.dumps({known["digest"][0]: 7}))
    first = searched(Instant(), known, tmp_path / "store", batches=2)
    second = searched(Instant(str(weights)), known, tmp_path / "store", batches=2)
    for archive in (first, second):
        assert archive["iteration"].tolist() == [0] * 4 + [1] * 3 + [2] * 3
        assert archive["digest"][:4].tolist() == known["digest"].tolist()
        assert archive["digest"].is_unique and archive["macs"].notna().all()
    assert first["digest"].tolist() == second["digest"].tolist()
    gain = second["top1"] - first["top1"]
    assert gain.tolist() == pytest.approx([0.7] + [0.0] * 9)
    kept = MeasurementStore(tmp_path / "store").measurements()
    assert len(kept) == 20 and len({m.key["supernet"] for m in kept}) == 2


def test_the_values_of_the_round_before_are_not_told_to_the_tactic(known, tmp_path):
    """The table has other values, which the archive and the tactic must not take over."""
    told = []

    class Noted(RandomSearch):
        def tell(self, population, values):
            told.append(np.asarray(values["top1"]).tolist())
            super().tell(population, values)

    tactic = Noted(Instant(), OBJECTIVES, {}, SearchSettings("nsga2", 8, 2, 0.9), seed=1)
    measured = measuring(Instant(), ["top1"], HERE, SETTINGS, tmp_path)
    stale = known.assign(top1=1.0, iteration=9, reason="old")
    found = search(tactic, stale, 3, 1, measured, ["macs"])
    fresh = searched(Instant(), known, tmp_path)["top1"].tolist()
    assert found["top1"].tolist() == fresh and told == [fresh[:4], fresh[4:]]
    assert set(found["iteration"]) == {0, 1} and set(found["reason"]) == {""}


def test_a_tactic_that_has_no_more_sub_networks_ends_the_search(known, tmp_path):
    class Short(RandomSearch):
        def ask(self, count):
            return super().ask(count)[: 6 - len(self.measured)]

    tactic = Short(Instant(), OBJECTIVES, {}, SearchSettings("nsga2", 8, 2, 0.9), seed=1)
    measured = measuring(Instant(), ["top1"], HERE, SETTINGS, tmp_path)
    found = search(tactic, known, 3, 3, measured, ["macs"])
    assert found["iteration"].tolist() == [0] * 4 + [1] * 2


def test_a_latency_is_measured_only_where_its_platform_is():
    elsewhere = Platform("elsewhere", threads=100_000)
    with pytest.raises(ValueError, match="threads"):
        measuring(Instant(), ["latency"], elsewhere, SETTINGS, "store")
    measuring(Instant(), ["top1"], elsewhere, SETTINGS, "store")


def test_three_rounds_train_what_is_on_their_fronts_and_give_the_same_bytes_again(known, tmp_path):
    def rounds(folder):
        given, table, fronts = "instant:Instant", known, []
        for number in range(3):
            network = Instant() if number == 0 else Instant(given["checkpoint"])
            table = front(searched(network, table, folder / "store"), OBJECTIVES)
            weights = folder / f"weights{number}.pt"
            train(given, table, 4, number, weights, SETTINGS)
            given = {"name": "instant:Instant", "checkpoint": str(weights)}
            fronts.append(table)
        return weights.read_text(), fronts

    for name in ("one", "other"):
        (tmp_path / name).mkdir()
    weights, fronts = rounds(tmp_path / "one")
    assert rounds(tmp_path / "other")[0] == weights
    assert sum(json.loads(weights).values()) == 3 * 4
    trained = set(json.loads(weights))
    assert trained <= set().union(*(table["digest"] for table in fronts))
    first, last = (table.set_index("digest")["top1"] for table in (fronts[0], fronts[2]))
    gain = (last - first).dropna()
    assert len(gain) and (gain >= 0).all() and gain.max() >= 0.1


def test_a_training_that_was_killed_goes_on_and_leaves_no_state(known, tmp_path, monkeypatch):
    weights, log = tmp_path / "weights.pt", tmp_path / "log"
    monkeypatch.setenv("INSTANT_LOG", str(log))
    train("instant:Instant", known, 6, 2, weights, SETTINGS)
    whole = weights.read_text()
    weights.unlink()

    def dying(line):
        if len(log.read_text().splitlines()) == 6 + 4:
            raise KeyboardInterrupt
        note(line)

    note = instant.note
    monkeypatch.setattr(instant, "note", dying)
    with pytest.raises(KeyboardInterrupt):
        train("instant:Instant", known, 6, 2, weights, SETTINGS)
    assert not weights.exists() and states(tmp_path) == 1
    monkeypatch.setattr(instant, "note", note)
    train("instant:Instant", known, 6, 2, weights, SETTINGS)
    assert weights.read_text() == whole and len(log.read_text().splitlines()) == 6 + 4 + 2
    assert states(tmp_path) == 0


def states(folder: Path) -> int:
    return len(list(folder.glob("*.state")))


@pytest.mark.parametrize("change", ["front", "steps", "seed", "weights"])
def test_a_state_of_another_training_is_not_used(change, known, tmp_path, monkeypatch):
    """A killed training of another front, with other steps, or from other weights."""
    weights, log = tmp_path / "weights.pt", tmp_path / "log"
    other = tmp_path / "other.pt"
    other.write_text("{}")
    monkeypatch.setenv("INSTANT_LOG", str(log))
    first = {"given": "instant:Instant", "front": known, "steps": 6, "seed": 2}
    second = (
        first
        | {
            "front": {"front": known[:2]},
            "steps": {"steps": 7},
            "seed": {"seed": 3},
            "weights": {"given": {"name": "instant:Instant", "checkpoint": str(other)}},
        }[change]
    )

    def dying(line):
        if log.exists() and len(log.read_text().splitlines()) == 4:
            raise KeyboardInterrupt
        note(line)

    note = instant.note
    monkeypatch.setattr(instant, "note", dying)
    with pytest.raises(KeyboardInterrupt):
        train(**first, weights=weights, settings=SETTINGS)
    monkeypatch.setattr(instant, "note", note)
    log.unlink()
    train(**second, weights=weights, settings=SETTINGS)
    assert len(log.read_text().splitlines()) == second["steps"]
    assert states(tmp_path) == 0


def test_a_front_without_sub_networks_is_refused(known, tmp_path):
    with pytest.raises(ValueError, match="no sub-network of this round was measured within the"):
        train("instant:Instant", known[:0], 6, 2, tmp_path / "weights.pt", SETTINGS)


class Unchanged(Instant):
    def digest(self):
        return "always the same"


class Silent(Instant):
    def fine_tune(self, configurations, steps, seed, weights, state, settings):
        pass


class Half(Instant):
    def fine_tune(self, configurations, steps, seed, weights, state, settings):
        weights.write_text("half a file")
        raise OSError("no space left")


@pytest.mark.parametrize(
    ("plug_in", "error", "message"),
    [
        (Unchanged, PluginError, r"digest\(\) is the same before and after fine_tune"),
        (Silent, PluginError, r"Silent: fine_tune\(\) wrote no file"),
        (Half, OSError, "no space left"),
    ],
)
def test_mistakes_of_a_plug_in_leave_no_weights(
    plug_in, error, message, known, tmp_path, monkeypatch
):
    monkeypatch.setattr(instant, "Other", plug_in, raising=False)
    with pytest.raises(error, match=message):
        train("instant:Other", known, 3, 2, tmp_path / "weights.pt", SETTINGS)
    assert [path.name for path in tmp_path.iterdir() if "weights.pt" in path.name] == []


def test_a_plug_in_gets_canonical_configurations(known, tmp_path, monkeypatch):
    given = []

    class Noted(Instant):
        def fine_tune(self, configurations, *others):
            given.extend(configurations)
            super().fine_tune(configurations, *others)

    monkeypatch.setattr(instant, "Other", Noted, raising=False)
    train("instant:Other", known, 3, 2, tmp_path / "weights.pt", SETTINGS)
    space = Instant().space
    assert given == space.decode(read_population(space, known))
