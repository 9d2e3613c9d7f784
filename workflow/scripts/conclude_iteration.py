"""Decide whether a search goes on after this iteration."""

from pathlib import Path

from job import logged

from archfront.files import read_json, write_json
from archfront.search.verdict import verdict
from archfront.tables import concatenated, read_archive

with logged(snakemake.log[0]):
    promises = [read_json(path)["expected_gain"] for path in snakemake.input.promises]
    decision = verdict(
        read_archive(snakemake.input.archive),
        read_json(snakemake.input.reference),
        int(snakemake.wildcards.iteration),
        read_json(snakemake.input.limit),
        Path(snakemake.params.stop).exists(),
        promises,
        float(concatenated(snakemake.input.measured)["seconds"].sum()),
    )
    write_json(snakemake.output.verdict, decision)
    print(decision)
