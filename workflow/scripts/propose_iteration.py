"""One step of ConcurrentNAS: train on the archive, search, propose the next batch."""

import pandas as pd
from job import logged, supernet

from archfront.constraints import constrained_space
from archfront.files import write_table
from archfront.measurement.host_lock import busy
from archfront.predictors import predictor
from archfront.search.proposal import SearchSettings, propose, search, stream_seed, train
from archfront.tables import history_table, read_archive, read_population, with_digests

with logged(snakemake.log[0]), busy():
    params = snakemake.params
    network = supernet(params)
    archive = read_archive(snakemake.input.archive)
    space = constrained_space(network.space, snakemake.input.constraints)
    place = snakemake.wildcards
    seed = stream_seed("propose", place.seed, place.platform, place.tactic, place.iteration)
    table = pd.read_csv(snakemake.input.look_up) if snakemake.input.look_up else None
    predictors = train(network, archive, params.objectives, params.kinds, table)
    settings = SearchSettings.from_config(params.search)
    initial = read_population(network.space, archive)
    history = search(
        network, space, params.objectives, predictors, params.bounds, settings, seed, initial
    )
    batch = propose(space, history, set(archive["digest"]), params.batch, seed)
    predictor.save(predictors, snakemake.output.predictors)
    write_table(snakemake.output.history, history_table(space, history, params.objectives))
    write_table(snakemake.output.population, with_digests(space, batch))
