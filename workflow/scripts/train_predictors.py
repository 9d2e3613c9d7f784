"""Train one predictor per objective that is not exact."""

from job import logged, supernet

from archfront.predictors import predictor
from archfront.predictors.features import Features
from archfront.search.proposal import train
from archfront.tables import read_archive, read_look_up, read_population

with logged(snakemake.log[0]):
    params = snakemake.params
    network, archive = supernet(params), read_archive(snakemake.input.archive)
    table = read_look_up(snakemake.input.look_up)
    rows = read_population(network.space, archive)
    features = Features(network)
    predictors = train(features, rows, archive, params.objectives, params.kinds, table)
    predictor.save(predictors, snakemake.output.predictors)
