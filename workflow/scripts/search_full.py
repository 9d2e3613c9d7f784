"""Run the long search on predictors, and write its history and the best sub-networks to measure."""

from job import logged, supernet

from archfront.config.constraints import constrained_space
from archfront.core.archive import read_measured
from archfront.core.files import write_table
from archfront.core.population_table import with_digests
from archfront.measurement.host_lock import busy
from archfront.predictors import predictor
from archfront.search.evolution import history_table
from archfront.search.proposal import SearchSettings, propose, search, stream_seed
from archfront.search.success import fit_success

with logged(snakemake.log[0]), busy():
    params, place = snakemake.params, snakemake.wildcards
    seed = stream_seed("search", place.seed, place.platform, place.full)
    net, goals, bounds = supernet(params), params.objectives, params.bounds
    space = constrained_space(net.space, snakemake.input.constraints)
    rows, archive = read_measured(net.space, snakemake.input.archive)
    initial, _ = read_measured(net.space, snakemake.input.start)
    predictors = predictor.load(snakemake.input.predictors)
    success = fit_success(net, rows, archive[[*goals, *bounds]])
    settings = SearchSettings.from_config(params.search)
    history = search(net, space, goals, predictors, bounds, settings, seed, initial, success)
    best = propose(space, history, set(archive["digest"]), params.batch, seed)
    write_table(snakemake.output.history, history_table(space, history, goals))
    write_table(snakemake.output.population, with_digests(space, best))
