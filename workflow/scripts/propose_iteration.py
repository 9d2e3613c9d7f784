"""One step of ConcurrentNAS: train on the archive, search, propose the next batch."""

from archfront.files import read_json, write_table
from archfront.measurement.host_lock import busy
from archfront.predictors import predictor
from archfront.search.proposal import SearchSettings, iteration_seed, propose, search, train
from archfront.tables import history_table, read_archive, read_population, with_digests
from job import logged, supernet

with logged(snakemake.log[0]), busy():
    params = snakemake.params
    network = supernet(params)
    archive = read_archive(snakemake.input.archive)
    space = network.space
    if snakemake.input.constraint:
        space = space.constrain(read_json(snakemake.input.constraint)["allowed"])
    seed = iteration_seed(snakemake.wildcards.seed, snakemake.wildcards.iteration)
    predictors = train(network, archive, params.objectives, params.kinds)
    settings = SearchSettings.from_config(params.search)
    initial = read_population(network.space, archive)
    history = search(network, space, params.objectives, predictors, settings, seed, initial)
    batch = propose(space, history, set(archive["digest"]), params.batch, seed)
    predictor.save(predictors, snakemake.output.predictors)
    write_table(snakemake.output.history, history_table(space, history, params.objectives))
    write_table(snakemake.output.population, with_digests(space, batch))
