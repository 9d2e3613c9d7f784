"""Train the weights of an embedded super-network; continue from the last checkpoint if any."""

from pathlib import Path

from job import logged, supernet

from archfront.supernets.embedded.vision_training import train_embedded

with logged(snakemake.log[0]):
    train_embedded(
        supernet(snakemake.params),
        Path(snakemake.output.weights),
        Path(snakemake.output.record),
        Path(snakemake.params.checkpoint),
    )
