"""Fetch the published weights of a super-network, and note their SHA-256."""

from pathlib import Path

from job import logged

from archfront.core.download import download
from archfront.core.files import write_json
from archfront.supernets.registry import supernet

with logged(snakemake.log[0]):
    address = supernet(snakemake.wildcards.name).address
    sha256 = download(address, Path(snakemake.output.weights))
    write_json(snakemake.output.record, {"address": address, "sha256": sha256})
