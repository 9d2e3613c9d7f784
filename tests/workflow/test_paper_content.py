"""The data behind the paper's figures and tables, drawn from small experiments on the instant
super-network: each is compared with values by hand (``helpers/by_hand.py``), from the archives."""

import os
from functools import cache
from itertools import product
from math import log10, prod
from pathlib import Path

import pandas as pd
import pytest
from helpers import by_hand
from helpers.by_hand import deviation, mean, median
from instant import Instant

from archfront.config import experiment
from archfront.core.files import read_json
from archfront.core.platform import Platform
from archfront.core.population_table import with_digests
from archfront.paper import targets

ROWS = "vision_rows", "rehearsal_rows", "residual_rows", "translation_rows"
BATCH = {"single": 1, "batched": 8, "any": 1}
"""Batch sizes of the platforms."""


class Made:
    """The results, by experiment."""

    def __init__(self, results: Path):
        self.results = results

    def target(self, name: str) -> pd.DataFrame:
        return pd.read_csv(self.results / "paper/scaled" / f"{name}.csv")

    def verdict(self, claim: str, column: str = "verdict") -> str:
        return self.target("claims").set_index("claim").loc[claim, column]

    def settings(self, role: str) -> dict:
        return experiment.load(self.results.parent / f"experiments/scaled/{role}.yaml")

    def seed(self, role: str) -> int:
        """The first seed."""
        return self.settings(role)["seeds"][0]

    @cache  # noqa: B019 (one object per session)
    def read(self, role: str, path: str) -> pd.DataFrame:
        return pd.read_csv(self.results / f"scaled_{role}" / path)

    def archive(self, role: str, seed: int, platform: str, run: str) -> pd.DataFrame:
        """An archive, whose values are those of the landscape."""
        found = self.read(role, f"seed{seed}/{platform}/{run}/archive.csv")
        for _, row in found.iterrows():
            top1, latency, macs = by_hand.landscape(row, BATCH[platform])
            assert row["top1"] == pytest.approx(top1) and row["macs"] == macs
            assert "latency" not in row or row["latency"] == pytest.approx(latency)
        return found

    def reference(self, role: str, platform: str) -> dict:
        """A reference point, which is that of the first seed's samples."""
        told = read_json(self.results / f"scaled_{role}/reference/{platform}.json")
        samples = self.archive(role, self.seed(role), platform, "samples")
        best = samples["top1"].max(), samples["latency"].min()
        worst = samples["top1"].min(), samples["latency"].max()
        assert tuple(told["ideal"].values()) == pytest.approx(best)
        assert tuple(told["reference"].values()) == pytest.approx(worst)
        return told

    def volume(self, role: str, seed: int, platform: str, run: str, rows: int | None = None):
        """The hypervolume of the first rows of an archive. It is not above the optimum's."""
        reference = self.reference(role, platform)
        archive = self.archive(role, seed, platform, run)[:rows]
        found = by_hand.hypervolume(points(archive), reference)
        assert found <= by_hand.hypervolume(by_hand.optimum(BATCH[platform]), reference)
        return found


def points(rows):
    return list(rows[["top1", "latency"]].itertuples(index=False, name=None))


def below(kept):
    """The rows of a table with these values, checked not to be empty."""

    def rows(table):
        for name, value in kept.items():
            table = table[table[name] == value]
        assert len(table)
        return table

    return rows


# -- predictors ------------------------------------------------------------------------------------


def errors(made, name, roles, objective, platforms):
    """Two trials of three predictors on 10 and 40 rows; the first trial on 40 by definition."""
    table = made.target(name)
    assert len(table) == len(roles) * len(platforms) * 3 * 2 * 2
    for role, platform in product(roles, platforms):
        pairs = made.read(role, f"learning_curves/{platform}/actual_predicted.csv")
        pairs = below({"objective": objective})(pairs)
        archive = made.archive(role, made.seed(role), platform, "samples")
        assert set(pairs["actual"]) < set(archive[objective]) and len(pairs) == 60 - 40
        kept = {"experiment": f"scaled_{role}", "platform": platform, "predictor": "ridge"}
        (row,) = below(kept | {"objective": objective, "rows": 40, "trial": 0})(table).itertuples()
        error = by_hand.mape(pairs["actual"], pairs["predicted"])
        # A table has ten digits, and the latency of the landscape is linear.
        assert row.mape == pytest.approx(error, abs=1e-7)
        assert row.tau == pytest.approx(by_hand.tau(pairs["actual"], pairs["predicted"]))


def fig3(made):
    errors(made, "fig3", ("vision_rows", "rehearsal_rows"), "top1", ["batched"])


def fig13(made):
    errors(made, "fig13", ROWS, "top1", ["batched"])


def fig15(made):
    roles = [role for role in ROWS if role != "rehearsal_rows"]
    errors(made, "fig15", roles, "latency", ["batched", "single"])


def fig14(made):
    """The pairs of the first trial, whose tau is that of figure 13."""
    table, curves = made.target("fig14"), made.target("fig13")
    kept = {"predictor": "ridge", "rows": 40, "trial": 0}
    assert set(table["objective"]) == {"top1"}
    for role in ROWS:
        rows = below({"experiment": f"scaled_{role}"})(table)
        (curve,) = below(kept | {"experiment": f"scaled_{role}"})(curves).itertuples()
        assert by_hand.tau(rows["actual"], rows["predicted"]) == pytest.approx(curve.tau)
        assert by_hand.mape(rows["actual"], rows["predicted"]) == pytest.approx(curve.mape)
        measured = made.archive(role, made.seed(role), "batched", "samples")["top1"]
        assert len(rows) == 20 and set(rows["actual"]) < set(measured)


def table3(made):
    table, curves = made.target("table3"), made.target("fig15")
    assert len(table) == 3 * 2 and set(table["tested"]) == {20} and set(table["rows"]) == {40}
    for _, row in table.iterrows():
        kept = {name: row[name] for name in ("experiment", "platform", "predictor", "rows")}
        taus = below(kept)(curves)["tau"]
        assert row["tau"] == pytest.approx(mean(taus))
        assert row["tau_std"] == pytest.approx(deviation(taus))
    held = table["tau"].min() > 0.86
    told = made.verdict("latency tau above 0.86 everywhere")
    assert told.startswith(f"{'held' if held else 'did not hold'}: worst {table['tau'].min():.3f}")


# -- searches on predictions -----------------------------------------------------------------------


def histories(made, name, role, tactics):
    """All individuals of the first seed on the last platform, and the front of the history."""
    table = below({"experiment": f"scaled_{role}"})(made.target(name))
    for tactic in tactics:
        history = made.read(role, f"seed1/single/{tactic}/history.csv")
        assert len(history) == 16 * 20
        seen = {(row["predicted_top1"], row["predicted_latency"])
                for _, row in history.iterrows()}  # fmt: skip
        rows = below({"tactic": tactic})(table)
        assert set(points(rows[rows["kind"] == "predicted"])) == seen
        assert by_hand.front(seen) <= set(points(rows[rows["kind"] == "near-optimal"]))
        begun = history[history["generation"] == 0]
        begun = {(row["predicted_top1"], row["predicted_latency"]) for _, row in begun.iterrows()}
        first = rows[(rows["kind"] == "predicted") & (rows["generation"] == 0)]
        assert set(points(first)) == begun


def fig7(made):
    for role in ("vision", "residual", "translation"):
        histories(made, "fig7", role, ["full"])


def fig8(made):
    """The warm start is the best of the other platform's archive, its front first."""
    histories(made, "fig8", "vision", ["full", "full_warm"])
    source = made.archive("vision", 1, "batched", "full")
    best = by_hand.front(points(source))
    digests = {row["digest"] for _, row in source.iterrows()
               if (row["top1"], row["latency"]) in best}  # fmt: skip
    start = made.read("vision", "seed1/single/full_warm/start/population.csv")
    assert len(start) == 12 and set(start["digest"]) <= set(source["digest"])
    assert digests <= set(start["digest"]) or len(digests) > 12


def fig4(made):
    """Two clusters or more have at least 8 individuals each; the noise is what PopDB counted."""
    table = made.target("fig4")
    history = made.read("vision", "seed1/batched/full/history.csv")
    predicted = ["predicted_top1", "predicted_latency"]
    assert table[predicted].equals(history[predicted]) and len(table) == 16 * 20
    sizes = {}
    for cluster in table["cluster"]:
        sizes[cluster] = sizes.get(cluster, 0) + 1
    told = read_json(made.results / "scaled_vision/seed1/popdb/constraint.json")
    assert told["noise_rows"] == sizes.pop(-1, 0) and told["clusters"] == len(sizes) > 0
    assert min(sizes.values()) >= 8


def popdb(made):
    """Per seed and kind, the values that at most 1 % of the clustered individuals have. The
    constrained space has, per stage, a sum over the depths that are left."""
    table = made.target("popdb")
    values = {"ks": by_hand.KERNELS, "e": by_hand.WIDTHS, "d": by_hand.DEPTHS}
    for seed in (1, 2):
        clustered = made.read("vision", f"seed{seed}/popdb/clusters.csv")["cluster"] >= 0
        history = made.read("vision", f"seed{seed}/batched/full/history.csv")[clustered]
        left = {}
        for name in [name for name in history if name.partition("_")[0] in values]:
            there = [value for value in history[name] if value == value]
            all_of_it = values[name.partition("_")[0]]
            left[name] = [v for v in all_of_it if there.count(v) > 0.01 * len(there)] or all_of_it
        size = 1
        for stage in range(by_hand.STAGES):
            blocks = [len(left[f"ks_{n}"]) * len(left[f"e_{n}"])
                      for n in range(3 * stage, 3 * stage + 3)]  # fmt: skip
            size *= sum(prod(blocks[:depth]) for depth in left[f"d_{stage}"])
        for kind, count in ("ks", 9), ("e", 9), ("d", 3):
            lost = [3 - len(left[f"{kind}_{number}"]) for number in range(count)]
            (row,) = below({"seed": seed, "kind": kind})(table).itertuples()
            assert (row.parameters, row.values) == (count, 3 * count)
            assert row.pruned == sum(one > 0 for one in lost) and row.eliminated == sum(lost)
            assert row.log10_before == pytest.approx(log10(by_hand.SPACE))
            assert row.log10_after == pytest.approx(log10(size))


# -- fronts ----------------------------------------------------------------------------------------


def moved(made, name, role):
    """The values, the fronts and the hypervolumes of each pair of platforms, and the loss."""
    table, lost = below({"experiment": f"scaled_{role}"})(made.target(name)), {}
    keys = ["tactic", "seed", "platform", "front_of"]
    for (tactic, seed, here, there), rows in table.groupby(keys):
        run = tactic if here == there else f"{tactic}_from_{there}"
        archive = made.archive(role, seed, here, run).set_index("digest")
        for row in rows.itertuples():
            known = archive.loc[row.digest]
            assert (row.top1, row.latency) == (known["top1"], known["latency"])
        best = by_hand.front(points(archive))
        assert set(points(rows)) <= best and len(rows) <= 6
        assert set(points(rows)) == best or len(best) > 6
        volume = by_hand.hypervolume(points(rows), made.reference(role, here))
        assert rows["hypervolume"].tolist() == pytest.approx([volume] * len(rows))
        on_platform = below({"platform": here})(table)["latency"]
        least, most = min(on_platform), max(on_platform)
        normalised = [(latency - least) / most for latency in rows["latency"]]
        assert rows["normalised_latency"].tolist() == pytest.approx(normalised)
        lost[tactic, seed, here, there] = volume
    assert len(lost) == 2 * 2 * 2 * 2
    return lost


def told_loss(lost, tactic):
    """The part of the claim's text about the least and the largest loss."""
    pairs = [("single", "batched"), ("batched", "single")]
    shares = [
        median([100 * (1 - lost[tactic, seed, *pair] / lost[tactic, seed, pair[0], pair[0]])
                for seed in (1, 2)])
        for pair in pairs
    ]  # fmt: skip
    held = "held" if min(shares) >= 1 else "did not hold"
    return f"{held}: {min(shares):+.1f} to {max(shares):+.1f} % of the hypervolume is lost"


def fig5(made):
    lost = moved(made, "fig5", "vision")
    claim = "optima do not transfer between platforms"
    assert made.verdict(claim).startswith(told_loss(lost, "concurrent_paper"))
    archfront = made.verdict(claim, "verdict_archfront")
    assert archfront.startswith(told_loss(lost, "concurrent"))


def fig6(made):
    lost = moved(made, "fig6", "threads")
    claim = "optima do not transfer between thread counts and batch sizes"
    assert made.verdict(claim).startswith(told_loss(lost, "concurrent_paper"))


def values(made):
    """How often a value stands in the fronts of a platform. PopDB's target is the last one."""
    table = made.target("values")
    everywhere = ["concurrent_paper", "concurrent"]
    for platform, tactics in ("batched", everywhere), ("single", [*everywhere, "concurrent_popdb"]):
        rows = {}
        for seed, tactic in product((1, 2), tactics):
            archive = made.archive("threads", seed, platform, tactic)
            best = by_hand.front(points(archive))
            rows |= {row["digest"]: row for _, row in archive.iterrows()
                     if (row["top1"], row["latency"]) in best}  # fmt: skip
        assert len(below({"platform": platform})(table)) == 3 * (9 + 9 + 3)
        for line in below({"platform": platform})(table).itertuples():
            there = [row[line.parameter] for row in rows.values()]
            there = [value for value in there if value == value]
            if there:
                share = there.count(line.value) / len(there)
                assert line.frequency == pytest.approx(share)


def fig9(made):
    table = made.target("fig9")
    for role, tactic in product(("vision", "translation"), ("concurrent_paper", "concurrent")):
        archive = made.archive(role, 1, "single", tactic)
        rows = below({"experiment": f"scaled_{role}", "tactic": tactic})(table)
        assert rows["digest"].tolist() == archive["digest"].tolist()
        assert points(rows) == points(archive)
        assert rows["iteration"].tolist() == [0] * 12 + [1] * 4
        best = by_hand.front(points(archive))
        assert rows["on_front"].tolist() == [int(one in best) for one in points(archive)]
    names = ["full", "concurrent_paper", "concurrent", "validation"]
    variants = ["validation_warm", "full_warm", "concurrent_paper_popdb", "concurrent_popdb"]
    archives = [
        made.archive("vision", seed, "single", name)
        for seed, name in product((1, 2), [*names, *variants])
    ]
    rows = below({"experiment": "scaled_vision", "tactic": "near-optimal"})(table)
    assert set(points(rows)) == by_hand.front(points(pd.concat(archives)))


# -- hypervolume against validations ---------------------------------------------------------------


def curves(made, name, shown):
    """The hypervolume of all, and of the samples alone, by role, platform, tactic and seed."""
    table = made.target(name)
    assert len(table.groupby(["experiment", "tactic", "seed"])) == 2 * len(shown)
    for (role, platform, tactic), seed in product(shown, (1, 2)):
        kept = {"experiment": f"scaled_{role}", "platform": platform, "tactic": tactic}
        curve = below(kept | {"seed": seed})(table)
        archive = made.archive(role, seed, platform, tactic)
        assert curve["validations"].tolist() == list(range(1, len(archive) + 1))
        assert curve["hypervolume"].is_monotonic_increasing
        for count in (12, len(archive)):
            volume = made.volume(role, seed, platform, tactic, count)
            assert curve["hypervolume"].iloc[count - 1] == pytest.approx(volume)


def fig10(made):
    shown = [("vision", "single", name)
             for name in ("full", "concurrent_paper", "concurrent", "validation",
                          "validation_warm")]  # fmt: skip
    names = "full", "concurrent_paper", "concurrent", "concurrent_popdb"
    shown += [("rivals", "any", name) for name in names]
    curves(made, "fig10", shown)


def fig12(made):
    names = "concurrent_paper", "concurrent_paper_popdb", "concurrent", "concurrent_popdb"
    curves(made, "fig12", [("vision", "single", name) for name in names])
    for tactic, column in (
        ("concurrent_paper", "verdict"),
        ("concurrent", "verdict_archfront"),
    ):
        ends = [
            100 * (made.volume("vision", seed, "single", f"{tactic}_popdb")
                   / made.volume("vision", seed, "single", tactic) - 1)
            for seed in (1, 2)
        ]  # fmt: skip
        held = "held" if abs(median(ends)) <= 2 else "did not hold"
        told = made.verdict("PopDB ends at equal hypervolume", column)
        assert told.startswith(f"{held}: {median(ends):+.1f} % hypervolume at the end")


def tactics(made):
    """Two seeds: the least p of an exact test is 1/2, if both differences have one sign."""
    table = made.target("tactics")
    for row in table.itertuples():
        role = row.experiment.removeprefix("scaled_")
        against, other = (
            [made.volume(role, seed, row.platform, name, row.validations) for seed in (1, 2)]
            for name in (row.against, row.tactic)
        )
        assert (row.seeds, row.hypervolume) == (2, pytest.approx(mean(other)))
        if row.tactic == row.against:
            assert row.p != row.p and row.difference != row.difference
            continue
        differences = [ours - theirs for ours, theirs in zip(against, other, strict=True)]
        assert row.difference == pytest.approx(median(differences))
        if abs(differences[0]) != abs(differences[1]) and all(differences):
            signs = [1 if one > 0 else -1 for one in differences]
            assert row.p == pytest.approx(0.5 if signs[0] == signs[1] else 1.0)
            ranks = [1, 2] if abs(differences[0]) < abs(differences[1]) else [2, 1]
            effect = sum(s * r for s, r in zip(signs, ranks, strict=True)) / 3
            assert row.effect == pytest.approx(effect)
    assert len(table) == 2 * 5 + 2 * 4


# -- the best within a limit -----------------------------------------------------------------------

LIMITED = {"weaknas": ["weaknas"], "few": ["concurrent_paper", "concurrent", "random"]}


def best_within(archive):
    """The row with the highest top-1 among those with at most 50 M MACs. No sub-network of the
    space is better than the optimum."""
    inside = [row for _, row in archive.iterrows() if row["macs"] <= 50]
    optimum = max(top1 for top1, _, macs in by_hand.everything() if macs <= 50)
    best = max(inside, key=lambda row: row["top1"])
    assert best["top1"] <= optimum + 1e-9
    return best


def fig11(made):
    table = made.target("fig11")
    for role, names in LIMITED.items():
        for tactic, seed in product(names, (1, 2)):
            archive = made.archive(role, seed, "any", tactic)
            rows = below({"tactic": tactic, "seed": seed})(table)
            for name in ("digest", "top1", "macs"):
                assert rows[name].tolist() == archive[name].tolist()
            assert rows["validations"].tolist() == list(range(1, len(archive) + 1))
            assert rows["within"].tolist() == [int(macs <= 50) for macs in archive["macs"]]
            for count in range(1, len(archive) + 1):
                inside = archive[:count][archive["macs"][:count] <= 50]["top1"]
                best = rows["best"].iloc[count - 1]
                assert best == max(inside) if len(inside) else best != best


def table2(made):
    """All tactics have fewer validations than the table asks for: the best of all counts."""
    table = made.target("table2")
    for role, names in LIMITED.items():
        for tactic in names:
            best = [best_within(made.archive(role, seed, "any", tactic)) for seed in (1, 2)]
            for row in below({"tactic": tactic})(table).itertuples():
                assert row.seeds == 2
                for name in ("top1", "macs"):
                    given = [one[name] for one in best]
                    assert getattr(row, name) == pytest.approx(mean(given))
                    assert getattr(row, f"{name}_std") == pytest.approx(deviation(given), abs=1e-9)
    counts = [(row.tactic, row.validations) for row in table.itertuples()]
    assert counts == [("weaknas", 1000), ("weaknas", 800), ("concurrent_paper", 100),
                      ("concurrent", 100), ("random", 100)]  # fmt: skip


def table1(made):
    """One row per batch size, with the facts of this host."""
    table = made.target("table1")
    assert sorted(table["platform"]) == [
        f"cpu, threads 1, batch_size {count}, fp32, channels_last" for count in (1, 8)
    ]
    assert set(table["cores"]) == {os.cpu_count()}
    cpu = Path("/proc/cpuinfo")
    lines = cpu.read_text(encoding="utf-8").splitlines() if cpu.exists() else []
    models = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    assert not models or set(table["processor"]) == {models[0]}


CHECKS = {
    check.__name__: check
    for check in (
        *(fig3, fig4, table1, fig5, fig6, values, fig7, fig8, fig9, fig10),
        *(tactics, fig11, table2, fig12, popdb, fig13, fig14, fig15, table3),
    )
}


def test_each_target_has_a_check_by_hand():
    assert list(CHECKS) == list(targets.ORDER)


def test_the_landscape_by_hand_is_that_of_the_instant_super_network():
    network = Instant()
    rows = network.space.sample(200, 1)
    assert network.space.size == by_hand.SPACE
    table = with_digests(network.space, rows)
    configurations = network.space.decode(rows)
    for batch_size in (1, 8):
        platform = Platform("one", batch_size=batch_size)
        measured = [*zip(
            network.measure("top1", configurations, None, {}),
            network.measure("latency", configurations, platform, {}),
            strict=True,
        )]  # fmt: skip
        found = [by_hand.landscape(row, batch_size)[:2] for _, row in table.iterrows()]
        assert found == [pytest.approx(values) for values in measured]
        optimum = by_hand.optimum(batch_size)
        assert by_hand.front([*optimum, *found]) == optimum
        # The smallest and the largest sub-network: 3 blocks of 3 and 3, and 9 blocks of 7 and 6.
        ends = [by_hand.of_sums(3, 3, 9, batch_size), by_hand.of_sums(9, 81, 63, batch_size)]
        assert {end[:2] for end in ends} <= optimum


@pytest.mark.slow
@pytest.mark.parametrize("name", targets.ORDER)
def test_the_data_of_a_target_are_those_by_hand(name, made):
    CHECKS[name](Made(made))
