"""Fetch the published measurements of Once-for-All MobileNetV3 w1.0."""

from pathlib import Path

from job import logged

from archfront.core.download import download
from archfront.tasks.published import ADDRESS, SHA256

with logged(snakemake.log[0]):
    for name, sha256 in SHA256.items():
        download(ADDRESS + name, Path(snakemake.output[0]) / name, sha256)
