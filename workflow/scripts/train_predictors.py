"""Train one predictor per objective that is not exact."""

from job import logged, supernet

from archfront.core.archive import read_archive
from archfront.core.population_table import read_population
from archfront.predictors import predictor
from archfront.predictors.features import Features
from archfront.predictors.look_up import read_look_up
from archfront.search.proposal import fit_predictors

with logged(snakemake.log[0]):
    params = snakemake.params
    network, archive = supernet(params), read_archive(snakemake.input.archive)
    table = read_look_up(snakemake.input.look_up)
    rows = read_population(network.space, archive)
    features = Features(network)
    predictors = fit_predictors(features, rows, archive, params.objectives, params.kinds, table)
    predictor.save(predictors, snakemake.output.predictors)
