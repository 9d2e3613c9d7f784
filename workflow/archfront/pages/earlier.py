"""An earlier search that the page Set up proposes as a start: of the same super-network and for the
same objectives, on other hardware (paper, section 5)."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from archfront.analytics.results import runs_of
from archfront.config.layout import PROVENANCE, SUMMARY, Run
from archfront.config.queries import WARM, concurrent, earlier_archive, platforms, warm_count
from archfront.core.files import read_json
from archfront.core.platform import Platform, host_facts
from archfront.pages.found import tried
from archfront.pages.project import NAME, Project
from archfront.supernets.registry import supernet


@dataclass(frozen=True)
class Proposal:
    """A warm start from an earlier run.

    keys:  the keys of the section ``warm_start`` that make it.
    words: what it does, in one sentence for people.
    """

    keys: dict
    words: str


def proposal(project: Project, settings: dict) -> Proposal | None:
    """The start from the earlier run with most validations, and most hypervolume among these.

    The earlier runs are those of the finished experiments in the project's results, as `archfront
    runs` lists them, that have measured the same super-network for the same objectives, on other
    hardware than the platform ``warm_start.target``. None if there is none, or if ``settings``, the
    validated config of the new experiment, has a warm start.
    """
    warm = settings["warm_start"]
    if warm["tactics"] or earlier_archive(settings):
        return None
    names = [path.parent.name for path in sorted(project.results.glob(f"*/{SUMMARY}"))]
    read = [
        tried(name, _elsewhere, project, settings, name)[0]
        for name in names
        if NAME.fullmatch(name) and name != settings["experiment"]
    ]
    tables = [table for table in read if table is not None and len(table)]
    if not tables:
        return None
    table = pd.concat(tables, ignore_index=True)
    best = table.sort_values(["validations", "hypervolume"], na_position="first").iloc[-1]
    run: dict = {key: str(best[key]) for key in ("experiment", "platform", "tactic")}
    tactics = concurrent(settings) or settings["tactics"]
    count = max(warm_count(settings, name) for name in tactics)
    warmed = ", ".join(f"{name}{WARM}" for name in tactics)
    words = (
        f"This super-network was searched on other hardware before: with a warm start, {warmed} "
        f"also runs on {warm['target']} and begins with the best {count} of the "
        f"{best['validations']} sub-networks that {run['tactic']} measured on {run['platform']} in "
        f"the experiment {run['experiment']} (seed {best['seed']})."
    )
    return Proposal({"tactics": tactics, "run": run | {"seed": int(best["seed"])}}, words)


def _elsewhere(project: Project, settings: dict, name: str) -> pd.DataFrame:
    """The runs of a past experiment that the new one can start from; see :func:`proposal`. Raises
    an exception if the experiment cannot be read."""
    folder = Path("results") / name
    for file in (SUMMARY, PROVENANCE):
        project.inside(folder / file)
    told = read_json(project.root / folder / PROVENANCE)
    past = told["experiment"]
    table = runs_of(project.root / folder)
    if told["supernet_digest"] != supernet(settings).digest():
        return table[:0]
    if set(past["objectives"]) != set(settings["objectives"]):
        return table[:0]
    (target,) = [p for p in platforms(settings) if p.name == settings["warm_start"]["target"]]
    facts = host_facts()
    here = hardware(target, [facts, {n: told for n, told in facts.items() if n != "identity"}])
    others = [p.name for p in platforms(past) if not hardware(p, told["hosts"]) & here]
    usable = [
        platform in others
        and project.inside(folder / Run(seed, platform, tactic).archive).is_file()
        for seed, platform, tactic in table[["seed", "platform", "tactic"]].itertuples(index=False)
    ]
    return table[usable]


def hardware(platform: Platform, hosts: Iterable[dict]) -> set[tuple[str, str]]:
    """The settings of a platform, with the processor or GPU of each of these hosts
    (:func:`~archfront.core.platform.host_facts`), or with the model that the platform names. A
    processor has its model name alone where its identity was not recorded."""
    settings = platform.settings()
    models = [platform.model] if platform.model else []
    for facts in hosts if not platform.model else ():
        gpus = [gpu.partition(",")[0] for gpu in facts["gpus"]]
        own = facts.get("identity", facts["processor"])
        models += [own] if settings["device"] == "cpu" else gpus
    return {(json.dumps(settings, sort_keys=True), model) for model in models}
