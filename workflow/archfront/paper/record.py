"""A record of the paper's experiments: one file that holds all that their figures are made from.

Anybody draws every figure from the record and judges the claims again, without measuring, without a
search, and without the data of a super-network. The record is a tar archive, compressed with xz:

``studies.json``        target -> role -> validated experiment;
``remarks.json``        target -> remarks that stand above its figure;
``rehearsed.json``      names of the experiments whose values nobody measured (:mod:`rehearsal
                        <archfront.rehearsal>`, :mod:`closed_form <archfront.closed_form>`);
``measurements.jsonl``  the measurements, as ``archfront store export`` writes them, without those
                        of rehearsed experiments;
``results/``            the files that the targets read, relative to the folder of all results.
"""

import io
import json
import tarfile
from collections.abc import Container, Iterable, Iterator, Sequence
from lzma import LZMAError
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

import pandas as pd

from archfront.analytics.style import save
from archfront.closed_form import ClosedForm
from archfront.config.layout import Run
from archfront.config.queries import validated_objectives
from archfront.core.files import DIGITS, read_json, read_table, write_table, written_beside
from archfront.core.space import configuration_digest
from archfront.measurement.store import MeasurementStore, distinct, measurements_in
from archfront.measurement.store_maintenance import import_store, write_segment
from archfront.paper import fig7, targets
from archfront.paper.claims import verdicts
from archfront.paper.study import Study, remarks
from archfront.rehearsal import Replay
from archfront.supernets.registry import supernet

STUDIES, REMARKS, REHEARSED = "studies.json", "remarks.json", "rehearsed.json"
MEASUREMENTS, RESULTS = "measurements.jsonl", "results"
ARCHIVE, HISTORY = (
    PurePosixPath(path).name for path in (Run(0, "", "").archive, Run(0, "", "").history)
)


def write_record(results: Path, studies: dict[str, Study], path: Path) -> None:
    """Write the record of the targets ``studies``, whose files are in ``results``. The same files
    give the same bytes."""
    by_name = {s["experiment"]: s for study in studies.values() for s in study.values()}
    made_up = {n: supernet(s) for n, s in by_name.items()}
    made_up = {n: one for n, one in made_up.items() if isinstance(one, Replay | ClosedForm)}
    digests = {one.digest() for one in made_up.values()}
    told = {name: remarks(study) for name, study in studies.items()}
    names = {one for name, study in studies.items() for one in targets.module(name).inputs(study)}
    with written_beside(path) as beside, tarfile.open(beside, "w:xz", preset=9) as tar:
        for name, content in ((STUDIES, studies), (REMARKS, told), (REHEARSED, list(made_up))):
            _add(tar, name, json.dumps(content, indent=1))
        with TemporaryDirectory() as folder:
            segment = Path(folder, MEASUREMENTS)
            write_segment(segment, _measured(MeasurementStore(results / "store"), digests))
            _add(tar, MEASUREMENTS, segment.read_text(encoding="utf-8"))
        for name in sorted(names):
            settings = by_name[PurePosixPath(name).parts[0]]
            rehearsed = made_up.get(settings["experiment"])
            columns = rehearsed.space.names if rehearsed else ()
            _add(tar, f"{RESULTS}/{name}", _content(results / name, settings, columns))


def _add(tar: tarfile.TarFile, name: str, content: str) -> None:
    data = content.encode()
    member = tarfile.TarInfo(name)
    member.size = len(data)
    tar.addfile(member, io.BytesIO(data))


def _content(path: Path, settings: dict, left_out: Sequence[str]) -> str:
    """The text of a file; for a history, the part that the figures show. An archive of made-up
    values is without its elastic parameters, the columns ``left_out``: no figure shows them."""
    if path.name == HISTORY:
        table = fig7.shown_part(read_table(path), settings["objectives"])
    elif path.name == ARCHIVE and left_out:
        table = read_table(path)
        table = table.loc[:, ~table.columns.isin(left_out)]
    else:
        return path.read_text(encoding="utf-8")
    return table.to_csv(index=False, float_format=DIGITS, lineterminator="\n")


def _measured(store: MeasurementStore, left_out: Container[str]) -> Iterator[str]:
    """The lines of the store, without the measurements of super-networks with these digests."""
    lines = distinct(store.segments())
    taken = measurements_in(lines)
    for line in lines:
        if line not in taken or taken[line].key["supernet"] not in left_out:
            yield line


def verify(record: Path, folder: Path) -> tuple[pd.DataFrame, list[str]]:
    """Draw every target of the record into ``folder``, with the data behind each, and judge the
    claims: ``folder/claims.csv``.

    Returns the verdicts, and a text for each archive with values that are not among the
    measurements of the record. The list is empty for a sound record. ValueError for a file that is
    no record.
    """
    with TemporaryDirectory() as place:
        try:
            with tarfile.open(record, "r:xz") as tar:
                tar.getmember(STUDIES)
                tar.extractall(place, filter="data")
        except (tarfile.TarError, EOFError, LZMAError, KeyError) as error:
            raise ValueError(f"{record} is no record: {error}") from error
        content, results = Path(place), Path(place, RESULTS)
        import_store(MeasurementStore(results / "store"), content / MEASUREMENTS)
        studies: dict[str, Study] = read_json(content / STUDIES)
        _draw(results, studies, read_json(content / REMARKS), folder)
        tables = {name: read_table(folder / f"{name}.csv") for name in studies}
        found = verdicts(tables)
        write_table(folder / "claims.csv", found)
        return found, unmeasured(results, studies, read_json(content / REHEARSED))


def _draw(
    results: Path, studies: dict[str, Study], told: dict[str, list[str]], folder: Path
) -> None:
    for number, (name, study) in enumerate(studies.items(), 1):
        print(f"drawing {name}, {number} of {len(studies)}", flush=True)
        module, path = targets.module(name), str(folder / name)
        table = module.table(results, study)
        if name in targets.FIGURES:
            files = (f"{path}.{kind}" for kind in ("png", "svg", "csv"))
            save(module.draw(table, study), table, told[name], *files)
        else:
            write_table(f"{path}.csv", table)


def unmeasured(results: Path, studies: dict[str, Study], rehearsed: Iterable[str]) -> list[str]:
    """A text for each archive with values that the store does not hold. Archives of the experiments
    ``rehearsed`` are left out."""
    store = MeasurementStore(results / "store")
    there = {
        (one.key["objective"], configuration_digest(one.key["configuration"]), DIGITS % one.value)
        for one in store.measurements()
        if one.value is not None
    }
    by_name = {s["experiment"]: s for study in studies.values() for s in study.values()}
    wrong = []
    for name in sorted(by_name.keys() - set(rehearsed)):
        for path in sorted((results / name).rglob(ARCHIVE)):
            table = read_table(path)
            count = sum(
                (objective, digest, DIGITS % value) not in there
                for objective in validated_objectives(by_name[name])
                for digest, value in table[["digest", objective]].dropna().itertuples(index=False)
            )
            if count:
                place = path.relative_to(results)
                wrong.append(f"{place}: {count} values are not among the measurements")
    return wrong
