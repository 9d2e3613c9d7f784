from archfront.tactics import TACTICS, in_batches, tactic


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
