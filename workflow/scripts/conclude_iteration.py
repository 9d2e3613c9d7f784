"""Decide whether a search goes on after this iteration."""

from pathlib import Path

from job import logged

from archfront.core.archive import concatenated, read_archive
from archfront.core.files import read_json, write_json
from archfront.search.stopping import verdict

with logged(snakemake.log[0]):
    expected_gains = [read_json(path)["expected_gain"] for path in snakemake.input.expected_gains]
    decision = verdict(
        read_archive(snakemake.input.archive),
        read_json(snakemake.input.reference),
        int(snakemake.wildcards.iteration),
        read_json(snakemake.input.limit),
        Path(snakemake.params.stop).exists(),
        expected_gains,
        float(concatenated(snakemake.input.measured)["seconds"].sum()),
    )
    write_json(snakemake.output.verdict, decision)
    print(decision)
