import pytest
from helpers.configs import RIGHT

from archfront.config import budgets
from archfront.config.experiment import validated
from archfront.core.registry import ConfigError

GIVEN = {
    "tactics": ["full", "concurrent", "validation", "concurrent_paper"],
    "sampling": {"count": 40},
    "budgets": {
        "full": {"samples": 2000, "batch": 30},
        "concurrent": {"samples": 50, "seconds": 60},
        "validation": {"iterations": 199, "batch": 45, "population": 45},
        "concurrent_paper": {"population": 45, "generations": 7},
    },
    "search": {"population": 50, "generations": 200},
    "concurrent": {
        "batch": 8,
        "iterations": 3,
        "search": [{"generations": 10}, {"population": 60}],
    },
}


@pytest.fixture
def settings():
    return validated(RIGHT | GIVEN)


def test_a_budget_is_the_shared_section_with_the_changes_of_the_tactic(settings):
    names = "full", "concurrent", "validation"
    assert [budgets.samples(settings, name) for name in names] == [2000, 50, 40]
    assert [budgets.batch(settings, name) for name in names] == [30, 8, 45]
    assert budgets.limits(settings, "concurrent") == {
        "iterations": 3, "seconds": 60, "stagnation": 0, "least_gain": 0,
    }  # fmt: skip
    assert budgets.limits(settings, "validation")["iterations"] == 199


@pytest.mark.parametrize("suffix", ["_warm", "_popdb"])
def test_a_run_with_a_suffix_has_the_budget_of_its_tactic(settings, suffix):
    assert budgets.batch(settings, f"validation{suffix}") == 45
    assert budgets.samples(settings, f"full{suffix}") == 2000


def test_the_settings_of_an_iteration_win_over_those_of_the_tactic(settings):
    found = budgets.search(settings, "concurrent_paper")
    assert (found["population"], found["generations"]) == (45, 7)
    first, second = (budgets.search(settings, "concurrent_paper", i) for i in (1, 2))
    assert (first["population"], first["generations"]) == (45, 10)
    assert (second["population"], second["generations"]) == (60, 7)
    assert budgets.search(settings, "concurrent_paper", 9) == second
    assert budgets.search(settings, "full")["generations"] == 200


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"fulll": {}}, r"budgets.*'fulll' .* full"),
        (
            {"random": {}},
            "budgets.random: random is not run; allowed: concurrent, ",
        ),
        (
            {"full": {"iterations": 2}},
            "budgets.full.iterations: 2 has no effect, since full does not use concurrent.iter",
        ),
        (
            {"validation": {"least_gain": 0.1}},
            "budgets.validation.least_gain: 0.1 has no effect, .*; it is for concurrent$",
        ),
        ({"full": {"batch": 51}}, r"budgets.full.batch: 51 is more than search.population, 50"),
        ({"concurrent": {"batch": 9, "population": 8}}, r"budgets.concurrent.batch: 9 .* 8;"),
        ({"validation": {"generations": 5}}, "does not use search.generations"),
        ({"full": {"samples": 3}}, "budgets.full.samples: 3 is less than the minimum"),
        ({"full": {"samples": 10**30}}, "is not allowed|is too many"),
    ],
)
def test_a_budget_without_effect_or_beyond_a_limit_is_refused(given, message):
    with pytest.raises(ConfigError, match=message):
        validated(RIGHT | GIVEN | {"concurrent": {"batch": 8}, "budgets": given})
