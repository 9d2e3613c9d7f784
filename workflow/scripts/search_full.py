"""The long search on predictors, and the best of it to measure."""

from archfront.files import write_table
from archfront.measurement.host_lock import busy
from archfront.predictors import predictor
from archfront.search.proposal import SearchSettings, propose, search
from archfront.tables import history_table, read_archive, read_population, with_digests
from job import logged, supernet

with logged(snakemake.log[0]), busy():
    params, seed = snakemake.params, int(snakemake.wildcards.seed)
    network = supernet(params)
    archive = read_archive(snakemake.input.archive)
    predictors = predictor.load(snakemake.input.predictors)
    settings = SearchSettings.from_config(params.search)
    initial = read_population(network.space, archive)
    history = search(network, network.space, params.objectives, predictors, settings, seed, initial)
    best = propose(network.space, history, set(archive["digest"]), params.batch, seed)
    write_table(snakemake.output.history, history_table(network.space, history, params.objectives))
    write_table(snakemake.output.population, with_digests(network.space, best))
