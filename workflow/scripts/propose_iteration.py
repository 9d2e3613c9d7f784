"""Ask a tactic, told everything measured so far, what to measure next."""

from job import logged, supernet

from archfront.constraints import constrained_space
from archfront.files import read_json
from archfront.measurement.live import held, live
from archfront.measurement.platform import Platform
from archfront.search.proposal import SearchSettings, stream_seed
from archfront.search.recorded import proposals
from archfront.search.tactic import tactic
from archfront.tables import read_archive, read_look_up, read_population, write_proposal

params, place, given = snakemake.params, snakemake.wildcards, snakemake.input
with logged(snakemake.log[0]), held(params.live):
    network, archive = supernet(params), read_archive(given.archive)
    platform = Platform(place.platform, **params.platform)
    measured = params.settings | {"data": given.data}
    seed = stream_seed("propose", place.seed, place.platform, place.tactic)
    settings = SearchSettings.from_config(params.search)
    space = constrained_space(network.space, given.constraints)
    table, reference = read_look_up(given.look_up), read_json(given.reference)
    own = live(network, params.live, platform, measured, params.store, params.budget)
    what = network, params.objectives, params.kinds, settings, seed, params.bounds
    searching = tactic(place.tactic)(*what, space, table, reference, own)
    searching.tell(read_population(network.space, archive), archive)
    if given.learned:
        elsewhere = read_archive(given.learned)
        searching.learn(read_population(network.space, elsewhere), elsewhere)
    if given.recorded:
        there = proposals(given.recorded, network.space)
        batch = there[int(place.seed), place.platform, place.tactic, int(place.iteration)]
        batch = network.space.convert(batch, space)
    else:
        batch = searching.ask(params.batch)
    write_proposal(searching, batch, **dict(snakemake.output.items()))
