import pandas as pd
import pytest
from helpers.paper_tables import SEEDS, curves

from archfront.paper.claims import CLAIMS, verdicts
from archfront.tactics import OWN, PUBLISHED


def weaknas(needed):
    """Figure 11's table: ConcurrentNAS is as good as WeakNAS's 800 after ``needed``. WeakNAS on
    equal terms does not count."""
    rows = []
    for seed in SEEDS:
        for count in range(1, 1001):
            rows.append(("weaknas", "published", seed, count, 70 + min(count, 800) / 800))
        for count in range(1, 201):
            rows.append((PUBLISHED, "equal", seed, count, 71.0 if count >= needed else 70.0))
            rows.append(("weaknas", "equal", seed, count, 99.0))
    return pd.DataFrame(rows, columns=["tactic", "terms", "seed", "validations", "best"])


def fronts(other):
    """Figure 5's table: another platform's front has this share of the own one's hypervolume."""
    rows = [
        (PUBLISHED, seed, here, there, 1.0 if here == there else other)
        for seed in SEEDS
        for here in ("cpu", "gpu")
        for there in ("cpu", "gpu")
    ]
    return pd.DataFrame(rows, columns=["tactic", "seed", "platform", "front_of", "hypervolume"])


def pruned(ks, e, d):
    shares = {"ks": ks, "e": e, "d": d}
    rows = [{"kind": kind, "parameters": 20, "pruned": n} for kind, n in shares.items()]
    return pd.DataFrame(rows)


def errors(at_100, mlp):
    """Figure 13's table: 1 % with the most rows, so much with 100; the MLP's times ``mlp``."""
    rows = [
        ("one", kind, rows, trial, error * (mlp if kind == "mlp" else 1))
        for kind in ("ridge", "svr", "mlp")
        for rows, error in ((50, 2.0), (100, at_100), (1000, 1.0))
        for trial in range(3)
    ]
    return pd.DataFrame(rows, columns=["experiment", "predictor", "rows", "trial", "mape"])


def taus(worst):
    rows = [("net", "cpu", worst), ("net", "gpu", 0.95)]
    return pd.DataFrame(rows, columns=["supernet", "platform", "tau"])


CASES = {
    "8x fewer validations than WeakNAS": (
        *(weaknas(100), "8.0x, worst seed 8.0x"),
        *(weaknas(101), "7.9x, worst seed 7.9x"),
    ),
    "a warm start is an order of magnitude faster": (
        *(curves(validation=1, validation_warm=10), "10.0x, worst seed 10.0x"),
        *(curves(validation=1, validation_warm=5), "5.0x, worst seed 5.0x"),
    ),
    "ConcurrentNAS overtakes full search": (
        curves(full=1, concurrent_paper=2),
        "full search's validations over those that were needed: one 2.0x, worst seed 2.0x",
        curves(full=1, concurrent_paper=0.9),
        "full search's validations over those that were needed: one 0.0x, worst seed 0.0x "
        "(5 of 5 seeds never got there)",
    ),
    "PopDB rises faster": (
        curves(concurrent_paper=1, concurrent_paper_popdb=1.1),
        "1.100x the mean hypervolume, worst seed 1.100x",
        curves(concurrent_paper=1, concurrent_paper_popdb=0.9),
        "0.900x the mean hypervolume, worst seed 0.900x",
    ),
    "PopDB ends at equal hypervolume": (
        curves(concurrent_paper=1, concurrent_paper_popdb=1.01),
        "+1.0 % hypervolume at the end, from +1.0 to +1.0 %",
        curves(concurrent_paper=1, concurrent_paper_popdb=1.1),
        "+10.0 % hypervolume at the end, from +10.0 to +10.0 %",
    ),
    "PopDB prunes kernel sizes most": (
        *(pruned(16, 5, 0), "parameters that lost values: ks 80%, e 25%, d 0%"),
        *(pruned(5, 16, 0), "parameters that lost values: ks 25%, e 80%, d 0%"),
    ),
    "MAPE is nearly flat by 100 rows": (
        *(errors(1.2, 2), "error with 100 rows: one 1.20x of that with 1000"),
        *(errors(1.5, 2), "error with 100 rows: one 1.50x of that with 1000"),
    ),
    "ridge and SVR beat an MLP at low counts": (
        errors(1, 2),
        "better in 4 of 4 comparisons up to 100 rows; the MLP's error is 2.00x that of the worse "
        "of the two",
        errors(1, 0.9),
        "better in 0 of 4 comparisons up to 100 rows; the MLP's error is 0.90x that of the worse "
        "of the two",
    ),
    "latency tau above 0.86 everywhere": (
        *(taus(0.87), "worst 0.870 (net on cpu), best 0.950"),
        *(taus(0.85), "worst 0.850 (net on cpu), best 0.950"),
    ),
    "optima do not transfer between platforms": (
        fronts(0.9),
        "+10.0 to +10.0 % of the hypervolume is lost; under 1 % in 0 of 2 pairs (least: the front "
        "of gpu on cpu)",
        fronts(0.995),
        "+0.5 to +0.5 % of the hypervolume is lost; under 1 % in 2 of 2 pairs (least: the front "
        "of gpu on cpu)",
    ),
    "optima do not transfer between thread counts and batch sizes": (
        fronts(0.9),
        "+10.0 to +10.0 % of the hypervolume is lost; under 1 % in 0 of 2 pairs (least: the front "
        "of gpu on cpu)",
        fronts(1.02),
        "-2.0 to -2.0 % of the hypervolume is lost; under 1 % in 2 of 2 pairs (least: the front "
        "of gpu on cpu)",
    ),
}
"""Per claim, data in which it holds and what the verdict says of them, and data in which it does
not."""


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.name)
def test_a_claim_holds_or_does_not_by_the_data(claim):
    holds, numbers, fails, others = CASES[claim.name]
    assert str(claim.verdict(holds, PUBLISHED)) == f"held: {numbers}"
    assert str(claim.verdict(fails, PUBLISHED)) == f"did not hold: {others}"


def claim_of(name):
    return next(claim for claim in CLAIMS if claim.name == name)


def by_seed(*tables):
    """One table, of which seed 1 has the first table's rows, seed 2 the second's, and so on."""
    parts = [table[table["seed"] == seed] for seed, table in enumerate(tables, 1)]
    return pd.concat(parts, ignore_index=True)


def test_the_median_over_the_seeds_decides():
    told = claim_of("8x fewer validations than WeakNAS").verdict(
        by_seed(*map(weaknas, (50, 80, 100, 160, 1000))), PUBLISHED
    )
    assert str(told) == "held: 8.0x, worst seed 0.0x (1 of 5 seeds never got there)"
    shares = (1.2, 1.1, 1.01, 0.9, 0.8)
    seeds = by_seed(*(curves(concurrent_paper=1, concurrent_paper_popdb=one) for one in shares))
    told = claim_of("PopDB rises faster").verdict(seeds, PUBLISHED)
    assert str(told) == "held: 1.010x the mean hypervolume, worst seed 0.800x"
    told = claim_of("PopDB ends at equal hypervolume").verdict(seeds, PUBLISHED)
    assert str(told) == "held: +1.0 % hypervolume at the end, from -20.0 to +20.0 %"
    seeds = by_seed(*map(fronts, (0.9, 0.98, 0.985, 1.0, 1.1)))
    told = claim_of("optima do not transfer between platforms").verdict(seeds, PUBLISHED)
    assert str(told).startswith("held: +1.5 to +1.5 % of the hypervolume is lost")


@pytest.mark.parametrize(
    "name",
    [
        "ConcurrentNAS overtakes full search",
        "MAPE is nearly flat by 100 rows",
        "ridge and SVR beat an MLP at low counts",
    ],
)
def test_a_claim_about_each_experiment_holds_in_none_or_in_all(name):
    holds, _, fails, _ = CASES[name]
    both = pd.concat([holds, fails.assign(experiment="two")], ignore_index=True)
    told = str(claim_of(name).verdict(both, PUBLISHED))
    assert told.startswith("did not hold: ")
    assert "one 2.0x" in told or "one 1.20x" in told or "better in 4 of 8" in told


def test_one_pair_of_platforms_is_enough_for_a_claim_about_all():
    table = fronts(0.9)
    table.loc[(table["platform"] == "gpu") & (table["front_of"] == "cpu"), "hypervolume"] = 1.0
    told = claim_of("optima do not transfer between platforms").verdict(table, PUBLISHED)
    assert str(told) == (
        "did not hold: +0.0 to +10.0 % of the hypervolume is lost; under 1 % in 1 of 2 pairs "
        "(least: the front of cpu on gpu)"
    )


def test_an_experiment_without_a_warm_start_says_nothing_about_it():
    both = [curves(validation=1, validation_warm=10), curves(validation=20)]
    both[1]["experiment"] = "another"
    together, alone = (CLAIMS[1].verdict(t, PUBLISHED) for t in (pd.concat(both), both[0]))
    assert together.told == alone.told


def test_fewer_rows_than_a_claim_is_about_decide_nothing_in_its_favour():
    few = errors(1.0, 2).query("rows < 100")
    told = next(c for c in CLAIMS if "flat" in c.name).verdict(few, PUBLISHED)
    assert str(told) == "did not hold: one has no predictor trained on 100 rows"


def test_a_goal_that_is_never_reached_counts_as_such():
    told = CLAIMS[0].verdict(weaknas(1000), PUBLISHED)
    assert not told.held and "5 of 5 seeds never got there" in told.told


def test_verdicts_are_a_table():
    found = verdicts({"fig11": weaknas(50), "fig12": CASES["PopDB rises faster"][2]})
    assert found["target"].tolist() == ["fig11", "fig12", "fig12"]
    assert found["held"].tolist() == [1, 0, 0]
    assert found["held_archfront"].isna().all() and set(found["verdict_archfront"]) == {""}


@pytest.mark.parametrize("claim", [c for c in CLAIMS if c.of_concurrent], ids=lambda c: c.name)
def test_archfronts_concurrent_nas_has_verdicts_of_its_own(claim):
    """The same data in which the paper's algorithm meets the criterion and archfront's does not."""
    holds, _, fails, _ = CASES[claim.name]
    other = fails[fails["tactic"].str.startswith(PUBLISHED)]
    other = other.assign(tactic=other["tactic"].str.replace(PUBLISHED, OWN))
    told = verdicts({claim.target: pd.concat([holds, other])}).set_index("claim").loc[claim.name]
    assert (told["held"], told["held_archfront"]) == (1, 0)
    assert told["verdict_archfront"] == str(claim.verdict(fails, PUBLISHED))


@pytest.mark.parametrize("claim", [c for c in CLAIMS if not c.of_concurrent], ids=lambda c: c.name)
def test_a_claim_about_another_method_is_judged_once(claim):
    assert claim.verdict(CASES[claim.name][0], OWN) is None


def test_a_claim_without_data_has_no_verdict():
    assert verdicts({"table3": taus(0.9).iloc[:0]}).empty
