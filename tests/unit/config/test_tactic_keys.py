"""The keys that each tactic uses: the statements, the message, and small runs."""

import json
import re
from functools import cache, partial

import numpy as np
import pandas as pd
import pytest
from helpers.configs import RIGHT
from helpers.runs import ROOT
from helpers.searches import quick
from instant import Instant

from archfront.baselines import lanas, nsganetv2, once_for_all, seminas, weaknas
from archfront.config import budgets
from archfront.config.defaults import with_defaults
from archfront.config.experiment import validated
from archfront.config.layout import shared
from archfront.config.queries import predictor_kinds, start_of
from archfront.config.recorded_proposals import recorded_batch
from archfront.config.tactic_keys import keys, users
from archfront.core.platform import Platform
from archfront.core.reference import reference_point
from archfront.core.registry import ConfigError
from archfront.predictors.features import features_of
from archfront.search.full import full_search
from archfront.search.live_measurement import Live, budget_of
from archfront.search.proposal import SearchSettings, fit_predictors
from archfront.search.sampling import initial_sample
from archfront.search.stopping import verdict
from archfront.search.tactic import LOOP_KEYS
from archfront.tactics import FULL, NAMES, in_batches, tactic

NETWORK, GOALS = Instant(), ["top1", "latency"]
SPACE = NETWORK.space
BASE = {
    "sampling": {"count": 14},
    "search": {"population": 12, "generations": 6},
    "full": {"measured": 3},
    "concurrent": {"iterations": 2, "batch": 3, "live": 3},
}
"""The settings of the runs. Each change below changes one key of it."""
CHANGES = {
    "predictors": {"predictors": {"top1": "svr"}},
    "search.algorithm": {"search": {"algorithm": "random"}},
    "search.population": {"search": {"population": 15}},
    "search.generations": {"search": {"generations": 15}},
    "search.crossover": {"search": {"crossover": 0.0}},
    "search.mutation": {"search": {"mutation": 0.9}},
    "full.measured": {"full": {"measured": 4}},
    "concurrent.start": {"concurrent": {"start": 9}},
    "concurrent.iterations": {"concurrent": {"iterations": 1}},
    "concurrent.seconds": {"concurrent": {"seconds": 1.0}},
    "concurrent.batch": {"concurrent": {"batch": 4}},
    "concurrent.proposals": {"concurrent": {"proposals": "record.json"}},
    "concurrent.stagnation": {"concurrent": {"stagnation": 1e9}},
    "concurrent.least_gain": {"concurrent": {"least_gain": 1e9}},
    "concurrent.search.algorithm": {"concurrent": {"search": [{"algorithm": "random"}]}},
    "concurrent.search.population": {"concurrent": {"search": [{"population": 15}]}},
    "concurrent.search.generations": {"concurrent": {"search": [{"generations": 15}]}},
    "concurrent.search.crossover": {"concurrent": {"search": [{"crossover": 0.0}]}},
    "concurrent.search.mutation": {"concurrent": {"search": [{"mutation": 0.9}]}},
}
NEAR = {"reference_points": [{"top1": 72.0, "latency": 20.0}]}
R_NSGA2 = {"search": {"algorithm": "r_nsga2"}}
POINT_CHANGES = {
    "search.reference_points": {"search": NEAR},
    "concurrent.search.reference_points": {"concurrent": {"search": [NEAR]}},
}
"""Changes of a run with the algorithm r_nsga2."""
LIVE = {"predictors": {"latency": "live"}}
LIVE_CHANGES = {
    "concurrent.live": {"concurrent": {"live": 30}},
    "concurrent.live_populations": {"concurrent": {"live_populations": 2}},
}
"""Changes of a run whose latency is measured live."""


def merged(*parts):
    """The mappings as one; sections are merged key by key."""
    found = {}
    for part in parts:
        for key, value in part.items():
            both = isinstance(value, dict) and isinstance(found.get(key), dict)
            found[key] = found[key] | value if both else value
    return found


@cache
def value_of(digest, row):
    configurations = SPACE.decode(np.array([row]))
    return [next(iter(NETWORK.measure(n, configurations, Platform("x"), {}))) for n in GOALS]


def values_of(rows):
    digests = SPACE.digests(rows)
    found = [value_of(d, tuple(map(int, row))) for d, row in zip(digests, rows, strict=True)]
    return pd.DataFrame(found, columns=GOALS)


def batches(name, *changes, warm=None, space=SPACE):
    """The batches of a small run of a tactic, as the rules run it: digests of each.

    warm:  the sub-networks of a warm start, instead of the run's own start.
    space: the constrained space of PopDB.
    """
    config = with_defaults(merged(RIGHT, BASE, *changes))
    start = start_of(config, 1, "one", name)
    rows = initial_sample(SPACE, start.count, 1, even=start.batch == shared(1, "start"))
    if name == FULL:
        yield _full(config, rows, rows if warm is None else warm, space)
    else:
        yield from _loop(config, name, rows if warm is None else warm, space)


def live_of(kinds, budget):
    names = [name for name, kind in kinds.items() if kind == "live"]

    def measured(name, rows):
        return values_of(rows)[name].to_numpy()

    return {name: Live(SPACE, partial(measured, name), budget) for name in names}


@cache
def trained_on(kinds, rows):
    rows = np.array(rows, np.int16)
    return fit_predictors(features_of(NETWORK), rows, values_of(rows), GOALS, dict(kinds))


def _full(config, rows, initial, space):
    values, kinds = values_of(rows), predictor_kinds(config)
    trained = trained_on(tuple(kinds.items()), tuple(map(tuple, rows.tolist())))
    settings, count = SearchSettings.from_config(config["search"]), config["full"]["measured"]
    live = live_of(kinds, budget_of(config["concurrent"], settings.population))
    archive = rows, values
    _, batch = full_search(
        NETWORK, space, GOALS, trained, {}, settings, count, 1, archive, initial, live
    )
    return space.digests(batch)


@cache
def asked(name, kinds, search, budget, first, rows, count, space):
    """The batch of a tactic, as rows of the whole space, and its expected gain. ``search`` is the
    section of the config as JSON."""
    rows, settings = np.array(rows, np.int16), SearchSettings.from_config(json.loads(search))
    values, kinds = values_of(rows), dict(kinds)
    reference = reference_point(values[:first], GOALS, None, {})
    given = {"space": space, "reference": reference, "live": live_of(kinds, budget)}
    made = tactic(name)(NETWORK, GOALS, kinds, settings, 1, **given)
    made.tell(rows, values)
    return space.convert(made.ask(count), SPACE), made.expected_gain


def _loop(config, name, rows, space):
    loop, gains, first = config["concurrent"], [], len(rows)
    table = values_of(rows).assign(iteration=0)
    for iteration in range(1, 5):
        search = budgets.search(config, name, iteration)
        place = {"seed": 1, "platform": "one", "tactic": name, "iteration": iteration}
        batch, gain = recorded_batch(loop["proposals"], SPACE, space, place), None
        if batch is None:
            batch, gain = asked(
                *(name, tuple(config["predictors"].items()), json.dumps(search)),
                *(budget_of(loop, search["population"]), first, tuple(map(tuple, rows.tolist()))),
                *(loop["batch"], space),
            )
        gains += [] if gain is None else [gain]
        if iteration > 1:  # the next batch is proposed before the verdict
            reference, seconds = reference_point(table[:first], GOALS, None, {}), float(len(rows))
            done = verdict(table, reference, iteration - 1, loop, False, gains, seconds)
            if not done["continue"]:
                return
        yield SPACE.digests(batch)
        rows = np.concatenate([rows, batch])
        table = pd.concat([table, values_of(batch).assign(iteration=iteration)], ignore_index=True)
    raise AssertionError("the loop does not end")


@pytest.fixture
def record(tmp_path, monkeypatch):
    """A record of the proposals of all loops, in the working folder."""
    monkeypatch.chdir(tmp_path)
    places = [
        {"seed": 1, "platform": "one", "tactic": name, "iteration": iteration}
        for name in NAMES
        for iteration in (1, 2, 3)
    ]
    found = [
        place | {"configurations": SPACE.decode(SPACE.sample(3, [7, number]))}
        for number, place in enumerate(places)
    ]
    (tmp_path / "record.json").write_text(json.dumps(found))


@pytest.fixture
def tiny(monkeypatch):
    """The rivals at the smallest settings that work."""
    quick(monkeypatch)
    monkeypatch.setattr(nsganetv2, "SURROGATES", {"tree": nsganetv2.SURROGATES["tree"]})
    for module, values in {
        nsganetv2: {"GENERATIONS": 2, "SWAPS": 2},
        once_for_all: {"GENERATIONS": 2},
        weaknas: {"POOL": 200, "TOP": 20, "ROUNDS": 3},
        lanas: {"DRAWN": 200, "FEWEST": 3},
        seminas: {"UNLABELLED": 20, "STEPS": 2},
    }.items():
        for name, value in values.items():
            monkeypatch.setattr(module, name, value)


def first(*run, **given):
    return next(batches(*run, **given))


ENDS = *LOOP_KEYS, "concurrent.least_gain"
"""Keys that may change when a loop ends. Every other key changes its first batch."""


LONG = FULL, "concurrent", "once_for_all", "seminas"


@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=[pytest.mark.slow] if n in LONG else []) for n in NAMES]
)
def test_a_tactic_uses_the_keys_that_it_states_and_no_others(name, record, tiny):
    asked.cache_clear()
    usual, live, near = [*batches(name)], first(name, LIVE), first(name, R_NSGA2)
    changed = {key for key in ENDS if [*batches(name, CHANGES[key])] != usual}
    others = {key: change for key, change in CHANGES.items() if key not in ENDS}
    changed |= {key for key, change in others.items() if first(name, change) != usual[0]}
    changed |= {key for key, change in LIVE_CHANGES.items() if first(name, LIVE, change) != live}
    changed |= {k for k, change in POINT_CHANGES.items() if first(name, R_NSGA2, change) != near}
    assert changed == set(keys(name))
    assert first(name, warm=SPACE.sample(14, 9)) != usual[0]
    assert first(name, space=SPACE.constrain({"ks_0": [5], "d_1": [1, 2]})) != usual[0]


ALONE = {"popdb": {"enabled": False}}


def alone(name, *changes):
    return merged(RIGHT, ALONE, {"tactics": [name], "export": {"tactic": name}}, *changes)


@pytest.mark.parametrize("name", NAMES)
def test_a_key_that_no_tactic_of_the_experiment_uses_is_refused(name):
    validated(alone(name))
    for key, change in (CHANGES | LIVE_CHANGES | POINT_CHANGES).items():
        if key == "concurrent.proposals" and in_batches(name):
            continue  # the file is missing
        more = LIVE if key in LIVE_CHANGES and "predictors" in keys(name) else {}
        if key in POINT_CHANGES and "search.algorithm" in keys(name):
            more = R_NSGA2
        if key in keys(name):
            validated(alone(name, change, more))
            continue
        able = ", ".join(users(key))
        with pytest.raises(
            ConfigError, match=f"{key}: .* is used by {able}, and tactics has {name};"
        ):
            validated(alone(name, change, more))


def test_a_key_that_one_of_the_tactics_uses_is_accepted():
    together = {"tactics": ["full", "concurrent", "validation"]}
    changes = {"search": {"algorithm": "age_moea"}, "concurrent": {"start": 20}}
    validated(
        merged(RIGHT, together, changes, {"predictors": {"top1": "svr"}, "full": {"measured": 5}})
    )
    with pytest.raises(
        ConfigError, match=r"full.measured: 5 is used by full, and tactics has concurr"
    ):
        validated(merged(RIGHT, {"tactics": ["concurrent"], "full": {"measured": 5}}))


def test_popdb_uses_the_keys_of_full_search():
    changes = {"search": {"algorithm": "age_moea"}, "predictors": {"top1": "svr"}}
    popdb = {"popdb": {"enabled": True, "tactics": ["random"]}}
    validated(alone("random", changes, popdb))
    with pytest.raises(ConfigError, match=r"(?s)search.algorithm: age_moea .*predictors: "):
        validated(alone("random", changes))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"concurrent": {"live": 9}}, "concurrent.live: is for predictors of the kind 'live', and"),
        (
            LIVE | {"concurrent": {"live": 9, "live_populations": 2}},
            "concurrent.live and concurrent.live_populations: give one of them",
        ),
        ({"warm_start": {"source": "two"}}, "warm_start.source: two is for the tactics that"),
        ({"warm_start": {"target": "one"}}, "warm_start.target: one is for the tactics that"),
        ({"predictors": {"bleu": "svr"}}, "predictors.bleu: no objective of this experiment"),
    ],
)
def test_a_key_without_an_effect_is_refused(change, message):
    with pytest.raises(ConfigError, match=message):
        validated(merged(RIGHT, change))


def test_the_table_of_the_documentation_is_that_of_the_statements():
    text = (ROOT / "docs" / "search.md").read_text(encoding="utf-8")
    _, _, rest = text.partition("| key | used by |\n|---|---|\n")
    told = {}
    for line in rest.partition("\n\n")[0].splitlines():
        listed, able = line.strip("| ").split(" | ")
        named = re.findall("`([^`]+)`", able)
        some = [n for n in NAMES if n not in named] if able.startswith("all") else named
        told |= dict.fromkeys(re.findall("`([^`]+)`", listed), some)
    stated = {key: users(key) for name in NAMES for key in keys(name)}
    assert told == stated | {key: list(NAMES) for key in ("warm_start", "popdb")}
