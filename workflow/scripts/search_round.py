"""Search under the present weights within a training; write the archive and the measured front."""

from job import logged, supernet

from archfront.config.constraints import constrained_space
from archfront.core.archive import front
from archfront.core.files import read_json, read_table, write_table
from archfront.core.platform import Platform
from archfront.predictors.look_up import read_look_up
from archfront.search.live_measurement import host_for, measured_live
from archfront.search.proposal import SearchSettings, stream_seed
from archfront.search.within_training import measuring, search
from archfront.tactics import tactic

params, place, given = snakemake.params, snakemake.wildcards, snakemake.input
with logged(snakemake.log[0]), host_for(params.measured):
    network, on = supernet(params), Platform(place.platform, **params.platform)
    settings = params.settings | {"data": given.data}
    asked = tactic(place.tactic)(
        network, params.objectives, params.kinds, SearchSettings.from_config(params.search),
        seed=stream_seed("round", place.seed, place.platform, place.tactic, params.round),
        bounds=params.bounds, space=constrained_space(network.space, given.constraints),
        look_up=read_look_up(given.look_up), reference=read_json(given.reference),
        live=measured_live(network, params.live, on, settings, params.store, params.budget),
    )  # fmt: skip
    measured = measuring(network, params.measured, on, settings, params.store)
    known, size = read_table(given.known), (params.batch, params.batches)
    found = search(asked, known, *size, measured, params.closed_forms)
    write_table(snakemake.output.archive, found)
    write_table(snakemake.output.front, front(found, params.objectives, params.bounds))
