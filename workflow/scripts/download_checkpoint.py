"""Fetch the published weights of a super-network, and note their SHA-256."""

from pathlib import Path

from job import logged

from archfront.download import download
from archfront.experiment import supernet
from archfront.files import write_json

with logged(snakemake.log[0]):
    address = supernet(snakemake.wildcards.name).address
    sha256 = download(address, Path(snakemake.output.weights))
    write_json(snakemake.output.record, {"address": address, "sha256": sha256})
