"""Tell a tactic all measurements so far, and ask it for the next batch."""

from job import logged, supernet

from archfront.config.constraints import constrained_space
from archfront.config.recorded_proposals import recorded_batch
from archfront.core.files import read_json
from archfront.core.platform import Platform
from archfront.predictors.look_up import read_look_up
from archfront.search.live_measurement import host_for, measured_live
from archfront.search.proposal import SearchSettings, stream_seed
from archfront.search.tactic import write_proposal
from archfront.tactics import tactic

params, place, given = snakemake.params, snakemake.wildcards, snakemake.input
with logged(snakemake.log[0]), host_for(params.live):
    network, platform = supernet(params), Platform(place.platform, **params.platform)
    settings = params.settings | {"data": given.data}
    live = measured_live(network, params.live, platform, settings, params.store, params.budget)
    asked = tactic(place.tactic)(
        network, params.objectives, params.kinds, SearchSettings.from_config(params.search),
        seed=stream_seed("propose", place.seed, place.platform, place.tactic),
        bounds=params.bounds, space=constrained_space(network.space, given.constraints),
        look_up=read_look_up(given.look_up), reference=read_json(given.reference), live=live,
    )  # fmt: skip
    asked.read(given.archive, given.learned)
    known = recorded_batch(given.recorded, network.space, asked.space, place)
    batch = asked.ask(params.batch) if known is None else known
    write_proposal(asked, batch, **dict(snakemake.output.items()))
