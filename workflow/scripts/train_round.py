"""Train the super-network on the front of a round; continue a training that was killed."""

from pathlib import Path

from job import logged

from archfront.core.files import read_table
from archfront.measurement.host_lock import busy
from archfront.search.proposal import stream_seed
from archfront.search.within_training import train

params, place, given = snakemake.params, snakemake.wildcards, snakemake.input
with logged(snakemake.log[0]), busy():
    train(
        params.supernet,
        read_table(given.front),
        params.steps,
        stream_seed("train", place.seed, place.platform, place.tactic, place.round),
        Path(snakemake.output.weights),
        params.settings | {"data": given.data},
    )
