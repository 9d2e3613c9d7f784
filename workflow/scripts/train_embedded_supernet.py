"""Train the weights of an embedded super-network; continue from the last checkpoint if any."""

from pathlib import Path

from job import logged, supernet

with logged(snakemake.log[0]):
    from archfront.supernets.embedded.vision_training import train_embedded

    train_embedded(
        supernet(snakemake.params),
        Path(snakemake.output.weights),
        Path(snakemake.output.record),
        Path(snakemake.params.checkpoint),
    )
