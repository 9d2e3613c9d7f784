# Input functions of measuring and searching: what a batch, a search, an iteration reads.

from archfront.config.constraints import constraint_file
from archfront.core.files import read_json
from archfront.predictors.predictor import LOOK_UP
from archfront.tactics import tactic


def own_run(wildcards, platform, tactic):
    """A run of the experiment and seed of these wildcards."""
    return Run(wildcards.seed, platform, tactic, f"results/{wildcards.experiment}/")


# -- chunks of measurements ------------------------------------------------------------------------


def measured_chunks(batch, *count):
    """An input function: all chunks of all measured objectives for a batch, whose size is the
    setting ``count``; of a platform's objectives, those of the run's own platform.
    """

    def chunks(wildcards):
        return chunks_of(batch, wildcards, setting(*count)(wildcards))

    return chunks


def chunks_of(batch, wildcards, count):
    filled = Batch(batch.folder.format(**wildcards))
    return queries.measured_chunks(experiment(wildcards), filled, wildcards.platform, count)


@cache
def looked_up_under(name, objective):
    """Asked once, not for each job: it may look at thousands of files."""
    return queries.measured_under(EXPERIMENTS[name], objective)


def measured_under(wildcards):
    """What makes a measuring job run again besides its inputs and settings."""
    experiment(wildcards)
    return looked_up_under(wildcards.experiment, wildcards.objective)


def latency_measured_under(wildcards):
    experiment(wildcards)
    return looked_up_under(wildcards.experiment, "latency")


def all_measured_under(wildcards):
    """What makes the data be prepared again."""
    names = queries.validated_objectives(experiment(wildcards))
    return {name: looked_up_under(wildcards.experiment, name) for name in names}


def live_measured_under(wildcards):
    """As measured_under, of each objective that a search measures."""
    return {
        name: looked_up_under(wildcards.experiment, name) for name in live_objectives(wildcards)
    }


# -- all searches ----------------------------------------------------------------------------------


def closed_forms(wildcards):
    """The exact objectives that archives hold."""
    return queries.closed_forms(experiment(wildcards))


def reference_given(wildcards):
    return (experiment(wildcards)["reference_point"] or {}).get(wildcards.platform)


def given_samples(wildcards):
    """The user's file of configurations, if any."""
    return setting("sampling", "file")(wildcards) or []


def given_constraint(wildcards):
    """The constraint that the config names, if any."""
    given = setting("constraint")(wildcards)
    return [] if given is None else [str(constraint_file(given))]


def constraints(wildcards):
    """The constraint that the config names, and PopDB's where the tactic is held to it."""
    found, run = given_constraint(wildcards), wildcards.get("tactic") or wildcards.full
    if run.endswith(queries.POPDB):
        found.append(POPDB.constraint.format(**wildcards))
    return found


def look_up_table(wildcards):
    """The platform's look-up table, if the search goes by one."""
    if LOOK_UP not in experiment(wildcards)["predictors"].values():
        return []
    return PLATFORM.look_up.format(**wildcards)


def source_history(wildcards):
    """The search that PopDB's clusters are made from."""
    return own_run(wildcards, experiment(wildcards)["popdb"]["source"], "full").history


# -- warm starts -----------------------------------------------------------------------------------


def source_run(wildcards, run):
    """The run that a warm-started one takes after: the same tactic, another platform."""
    source = setting("warm_start", "source")(wildcards)
    return own_run(wildcards, source, run.removesuffix(queries.WARM))


def found_before(wildcards):
    """What a warm-started search starts from: the user's file, or the other run's front."""
    file = setting("warm_start", "file")(wildcards)
    return file or source_run(wildcards, wildcards.run).front


def learned_from(wildcards):
    """What a warm-started search learns from: all that the other run has measured. How the values in
    a file of the user's were measured is not known."""
    if not wildcards.tactic.endswith(queries.WARM) or setting("warm_start", "file")(wildcards):
        return []
    return source_run(wildcards, wildcards.tactic).archive


def full_start(wildcards):
    """What the evolutionary search of a full search starts from."""
    warm = wildcards.full.endswith(queries.WARM)
    start = FULL_SEARCH.start.population if warm else PLATFORM_SAMPLES.archive
    return start.format(**wildcards)


# -- the loop of ConcurrentNAS ---------------------------------------------------------------------


def start(wildcards):
    """What the run of these wildcards starts from, below the experiment's folder."""
    place = wildcards.seed, wildcards.platform, wildcards.tactic
    return queries.start_of(experiment(wildcards), *place)


def archive_before(wildcards):
    """What iteration 1 starts from is what the run does; every other one, the iteration before."""
    number = int(wildcards.iteration)
    if number == 1:
        return f"results/{wildcards.experiment}/{start(wildcards).archive}"
    run = own_run(wildcards, wildcards.platform, wildcards.tactic)
    return run.iteration(number - 1).archive


def measured_so_far(wildcards):
    """The chunks of what a search started from, and of all its iterations up to this one."""
    first, size = start(wildcards), setting("concurrent", "batch")(wildcards)
    found = chunks_of(Batch(f"{PLACE}{first.batch.folder}"), wildcards, first.count)
    for number in range(1, int(wildcards.iteration) + 1):
        found += chunks_of(LOOP.iteration(number), wildcards, size)
    return found


def search_of_iteration(wildcards):
    """The settings of the evolutionary search in this iteration."""
    own = setting("concurrent", "search")(wildcards)
    changed = own[min(int(wildcards.iteration), len(own)) - 1] if own else {}
    return setting("search")(wildcards) | changed


def live_data(wildcards):
    return f"{PLACE}{DATA}".format(**wildcards) if live_objectives(wildcards) else []


def expected_gains(wildcards):
    """The expected gains of the batches up to the next one, if the tactic states them. The next
    batch is proposed before it is decided whether it will be measured. Where the search measures,
    that costs, and is done only for a run that may end by its expected gain."""
    needed = setting("concurrent", "least_gain")(wildcards) > 0
    states = tactic(wildcards.tactic).states_expected_gain
    if not states or (live_objectives(wildcards) and not needed):
        return []
    run = own_run(wildcards, wildcards.platform, wildcards.tactic)
    numbers = range(1, int(wildcards.iteration) + 2)
    return [run.iteration(number).expected_gain for number in numbers]


def last_archive(wildcards):
    """Walks the verdicts to the one that ends the loop."""
    run, number = own_run(wildcards, wildcards.platform, wildcards.tactic), 1
    while True:
        step = checkpoints.conclude_iteration.get(**wildcards, iteration=number)
        if not read_json(step.output.verdict)["continue"]:
            return run.iteration(number).archive
        number += 1
