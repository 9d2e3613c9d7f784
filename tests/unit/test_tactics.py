import pytest

from archfront.tactics import TACTICS, base_name, in_batches, tactic


def test_what_a_tactic_can_do_is_an_attribute_of_its_class():
    does = {name: tactic(name) for name in TACTICS}
    searching = [name for name, one in does.items() if one.searches_on_predictors]
    assert searching == ["concurrent", "concurrent_paper"]
    assert [name for name, one in does.items() if one.starts_small_to_large] == ["concurrent"]
    assert [name for name, one in does.items() if "optuna" in one.packages] == [
        "optuna_nsga2",
        "optuna_tpe",
    ]
    assert in_batches("concurrent_warm") and in_batches("concurrent_paper_popdb")
    assert not any(in_batches(name) for name in ("full", "full_warm", "samples", "from_here"))


@pytest.mark.parametrize(
    ("name", "base"),
    [
        ("concurrent", "concurrent"),
        ("concurrent_paper", "concurrent_paper"),
        ("concurrent_paper_warm", "concurrent_paper"),
        ("concurrent_popdb", "concurrent"),
        ("full_warm", "full"),
    ],
)
def test_a_suffix_names_a_start_or_a_space_and_no_other_tactic(name, base):
    assert base_name(name) == base and in_batches(name) == (base != "full")
