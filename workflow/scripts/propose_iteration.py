"""Ask a tactic, told everything measured so far, what to measure next."""

import pandas as pd
from job import logged, supernet

from archfront.constraints import constrained_space
from archfront.files import read_json, write_json, write_table
from archfront.measurement.live import held, live
from archfront.measurement.platform import Platform
from archfront.measurement.store import MeasurementStore
from archfront.predictors import predictor
from archfront.search.proposal import SearchSettings, stream_seed
from archfront.search.tactic import tactic
from archfront.tables import history_table, read_archive, read_population, with_digests

params, place, given = snakemake.params, snakemake.wildcards, snakemake.input
with logged(snakemake.log[0]), held(params.live):
    network, archive = supernet(params), read_archive(given.archive)
    measured = params.settings | {"data": given.data}
    platform, store = Platform(place.platform, **params.platform), MeasurementStore(params.store)
    searching = tactic(place.tactic)(
        network,
        params.objectives,
        params.kinds,
        SearchSettings.from_config(params.search),
        stream_seed("propose", place.seed, place.platform, place.tactic),
        params.bounds,
        constrained_space(network.space, given.constraints),
        pd.read_csv(given.look_up) if given.look_up else None,
        read_json(given.reference),
        live(network, params.live, platform, measured, store, params.budget),
    )
    searching.tell(read_population(network.space, archive), archive)
    batch = searching.ask(params.batch)
    predictor.save(searching.predictors, snakemake.output.predictors)
    history = history_table(searching.space, searching.history, params.objectives)
    write_table(snakemake.output.history, history)
    write_table(snakemake.output.population, with_digests(searching.space, batch))
    write_json(snakemake.output.promise, {"expected_gain": searching.expected_gain})
