"""The summary of an experiment: one row per run, and its provenance."""

import html
from pathlib import Path

import pandas as pd

from archfront import __version__
from archfront.analytics.normalised import latency_ranges, normalised_latency
from archfront.analytics.true_front import true_volume
from archfront.config.layout import DATA, POPULATIONS, OnPlatform, Run
from archfront.config.queries import runs
from archfront.core.archive import front, read_archive
from archfront.core.files import read_json, read_table
from archfront.core.objective import OBJECTIVES, qualified_name
from archfront.core.pareto import archive_costs, knee
from archfront.core.reference import read_reference_point, volume
from archfront.core.space import configuration_digest
from archfront.measurement.store import MeasurementStore
from archfront.supernets.registry import supernet


def summary_table(folder: Path, settings: dict) -> pd.DataFrame:
    """One row per run: ``platform, tactic, seed, validations, failed, front_size, hypervolume`` (in
    boxes between ideal and reference point), ``true_share`` (the share of the true hypervolume, if
    the values of all sub-networks are known); the knee of the front, with its digest (``knee``) and
    objectives (``knee_...``); and ``remarks``, if the super-network has remarks on the numbers."""
    objectives = settings["objectives"]
    rows, ranges = [], latency_ranges(folder, settings)
    for seed, platform, tactic in runs(settings):
        archive = read_archive(folder / Run(seed, platform, tactic).archive)
        best = front(archive, objectives, settings["bounds"])
        reference = read_reference_point(folder / OnPlatform(platform).reference)
        reached = volume(archive, reference)
        row = {
            "platform": platform,
            "tactic": tactic,
            "seed": seed,
            "validations": len(archive),
            "failed": int(archive[objectives].isna().any(axis=1).sum()),
            "front_size": len(best),
            "hypervolume": reached,
        }
        whole = true_volume(settings, platform, reference)
        if whole is not None:
            row["true_share"] = reached / whole
        if len(best):
            chosen = best.iloc[knee(archive_costs(best, objectives))]
            row["knee"] = chosen["digest"]
            row |= {f"knee_{n}": chosen[n] for n in OBJECTIVES if n in best}
            if ranges:
                normal = normalised_latency(chosen["latency"], ranges[platform])
                row["knee_normalised_latency"] = normal
        rows.append(row)
    table = pd.DataFrame(rows).sort_values(["platform", "tactic", "seed"], ignore_index=True)
    remarks = supernet(settings).remarks(settings["measurement"])
    return table.assign(remarks="; ".join(remarks)) if remarks else table


def provenance(settings: dict, folder: Path, store: MeasurementStore) -> dict:
    """The provenance of an experiment's numbers: config, digest of the weights, data, reference
    points, hosts that measured."""
    network = supernet(settings)
    digests = set()
    for path in folder.glob(POPULATIONS):
        digests.update(read_table(path, ["digest"])["digest"])
    used = {
        m.session
        for m in store.measurements()
        if m.key.get("supernet") == network.digest()
        and configuration_digest(m.key.get("configuration", {})) in digests
    }
    sessions = store.sessions()
    hosts = {str(sessions[s]): sessions[s] for s in sorted(used)}
    return {
        "archfront": __version__,
        "experiment": settings,
        "objectives": {
            name: f"{qualified_name(known) or 'built in'}, protocol {known.protocol}"
            for name, known in OBJECTIVES.items()
            if name in settings["objectives"]
        },
        "supernet_digest": network.digest(),
        "remarks": network.remarks(settings["measurement"]),
        "subnetworks": str(network.space.size),
        "data": {p.stem: read_json(p) for p in sorted((folder / DATA).glob("*.json"))},
        "latency_ranges": latency_ranges(folder, settings),
        "references": {
            n: read_json(folder / OnPlatform(n).reference) for n in settings["platforms"]
        },
        "distinct_subnetworks_measured": len(digests),
        "hosts": list(hosts.values()),
        "damaged_store_lines": store.damaged_lines,
    }


def provenance_table(facts: dict) -> pd.DataFrame:
    """The nested facts as a table with the columns ``fact`` and ``value``, one row per fact."""
    lines: list[tuple[str, object]] = []

    def walk(place: str, value: object) -> None:
        if isinstance(value, dict) and value:
            for key, inner in value.items():
                walk(f"{place}.{key}" if place else str(key), inner)
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            for number, inner in enumerate(value):
                walk(f"{place}[{number}]", inner)
        else:
            lines.append((place, value))

    walk("", facts)
    return pd.DataFrame(lines, columns=["fact", "value"])


def page(title: str, table: pd.DataFrame) -> str:
    """A self-contained HTML page with the table. All text in the page is escaped."""
    body = table.to_html(
        index=False, border=0, na_rep="", float_format="{:.4g}".format, escape=True
    )
    return (
        f"<!doctype html><meta charset='utf-8'><title>{html.escape(title)}</title><style>"
        "body{font:14px sans-serif;margin:1.5em}table{border-collapse:collapse}"
        "th,td{padding:.3em .8em;text-align:left;border-bottom:1px solid #ddd}"
        "th{border-bottom:2px solid #555}</style>"
        f"<h1>{html.escape(title)}</h1>{body}\n"
    )
