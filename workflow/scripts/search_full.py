"""Run the long search on predictors, and write its history and the best sub-networks to measure."""

from job import logged, supernet

from archfront.config.constraints import constrained_space
from archfront.core.archive import read_measured
from archfront.core.files import write_table
from archfront.core.platform import Platform
from archfront.core.population_table import with_digests
from archfront.predictors.predictor import load
from archfront.search.evolution import history_table
from archfront.search.full import full_search
from archfront.search.live_measurement import host_for, measured_live
from archfront.search.proposal import SearchSettings, stream_seed

params, place, given = snakemake.params, snakemake.wildcards, snakemake.input
with logged(snakemake.log[0]), host_for(params.live):
    net, on = supernet(params), Platform(place.platform, **params.platform)
    space = constrained_space(net.space, given.constraints)
    settings = params.settings | {"data": given.data}
    history, best = full_search(
        net, space, params.objectives, load(given.predictors), params.bounds,
        SearchSettings.from_config(params.search), params.batch,
        seed=stream_seed("search", place.seed, place.platform, place.full),
        archive=read_measured(net.space, given.archive),
        initial=read_measured(net.space, given.start)[0],
        live=measured_live(net, params.live, on, settings, params.store, params.budget),
    )  # fmt: skip
    write_table(snakemake.output.history, history_table(space, history, params.objectives))
    write_table(snakemake.output.population, with_digests(space, best))
