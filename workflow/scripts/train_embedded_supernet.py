"""Train the weights of the embedded super-network, or go on from the last checkpoint."""

from pathlib import Path

from archfront.supernets.embedded_training import train_embedded
from job import logged

with logged(snakemake.log[0]):
    train_embedded(
        Path(snakemake.output.weights),
        Path(snakemake.output.record),
        Path(snakemake.params.checkpoint),
    )
