"""Run the long search on predictors, and write its history and the best sub-networks to measure."""

from job import logged, supernet

from archfront.config.constraints import constrained_space
from archfront.core.archive import read_archive
from archfront.core.files import write_table
from archfront.core.population_table import read_population, with_digests
from archfront.measurement.host_lock import busy
from archfront.predictors import predictor
from archfront.search.evolution import history_table
from archfront.search.proposal import SearchSettings, propose, search, stream_seed

with logged(snakemake.log[0]), busy():
    params, place = snakemake.params, snakemake.wildcards
    seed = stream_seed("search", place.seed, place.platform, place.full)
    network = supernet(params)
    space = constrained_space(network.space, snakemake.input.constraints)
    archive = read_archive(snakemake.input.archive)
    predictors = predictor.load(snakemake.input.predictors)
    settings = SearchSettings.from_config(params.search)
    initial = read_population(network.space, read_archive(snakemake.input.start))
    history = search(
        network, space, params.objectives, predictors, params.bounds, settings, seed, initial
    )
    best = propose(space, history, set(archive["digest"]), params.batch, seed)
    write_table(snakemake.output.history, history_table(space, history, params.objectives))
    write_table(snakemake.output.population, with_digests(space, best))
