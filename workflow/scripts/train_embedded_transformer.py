"""Train the weights of the embedded translation super-network; continue from the last checkpoint
if any."""

from pathlib import Path

from job import logged

with logged(snakemake.log[0]):
    from archfront.supernets.embedded.translation_training import train_embedded_transformer

    made = snakemake.output
    train_embedded_transformer(
        Path(made.weights),
        Path(made.vocabulary),
        Path(made.record),
        Path(snakemake.params.checkpoint),
    )
