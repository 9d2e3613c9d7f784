"""The files of an experiment that was run before, without a run."""

from pathlib import Path

import yaml
from helpers.runs import CONFIG

from archfront.config.layout import CONFIG as COPY
from archfront.config.layout import Run
from archfront.core.archive import front
from archfront.core.files import write_table
from archfront.core.objective import OBJECTIVES, exact
from archfront.core.population_table import with_digests
from archfront.supernets.registry import supernet


def past_run(results: Path, experiment: str) -> Run:
    """Write a config, and the archive and the front of one run of twelve sub-networks, to
    ``results/<experiment>``. Returns the run."""
    config = CONFIG | {"experiment": experiment, "tactics": ["full"], "popdb": {"enabled": False}}
    config |= {"export": {"tactic": "full"}, "concurrent": {}}
    folder, run = results / experiment, Run(1, "single", "full")
    net = supernet(config["supernet"])
    population = net.space.sample(12, seed=1)
    table = with_digests(net.space, population)
    table.insert(1, "iteration", 0)
    table["params"] = exact(OBJECTIVES["params"], net, population)
    table["top1"], table["latency"] = 60 + table["params"], 2 * table["params"]
    table["reason"] = ""
    write_table(folder / run.archive, table)
    write_table(folder / run.front, front(table, ["top1", "latency"]))
    (folder / COPY).write_text(yaml.safe_dump(config, sort_keys=False), encoding="utf-8")
    return run
