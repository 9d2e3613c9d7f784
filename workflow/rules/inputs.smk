# Input functions of measuring and searching: the input files of a batch, a search, an iteration.

from archfront.config.constraints import constraint_file
from archfront.config.earlier_runs import learned_archive
from archfront.core.files import read_json
from archfront.predictors.kinds import LOOK_UP
from archfront.search.live_measurement import budget_of
from archfront.supernets.registry import with_checkpoint
from archfront.tactics import tactic


def own_run(wildcards, platform, tactic):
    """A run with the experiment and the seed of these wildcards."""
    return Run(wildcards.seed, platform, tactic, f"results/{wildcards.experiment}/")


# -- chunks of measurements ------------------------------------------------------------------------


def measured_chunks(batch, count):
    """An input function: the chunks of all measured objectives of a batch.

    ``count`` is a function from the wildcards to the size of the batch. Objectives that depend on a
    platform are measured on the run's platform.
    """

    def chunks(wildcards):
        return chunks_of(batch, wildcards, int(count(wildcards)))

    return chunks


def chunks_of(batch, wildcards, count):
    filled = Batch(batch.folder.format(**wildcards))
    return queries.measured_chunks(experiment(wildcards), filled, wildcards.platform, count)


@cache
def looked_up_under(name, objective):
    """The facts that an objective's values depend on. They are cached for all jobs, because the
    super-network may look at thousands of files to find them."""
    return queries.measured_under(EXPERIMENTS[name], objective)


@cache
def digest_of_space(name):
    return queries.space_digest(EXPERIMENTS[name])


def space(wildcards):
    """The identity of the search space. A change of it makes samples and searches run again."""
    experiment(wildcards)
    return digest_of_space(wildcards.experiment)


def measured_under(wildcards):
    """The facts that, besides its inputs and settings, make a measuring job run again."""
    experiment(wildcards)
    return looked_up_under(wildcards.experiment, wildcards.objective)


def latency_measured_under(wildcards):
    experiment(wildcards)
    return looked_up_under(wildcards.experiment, "latency")


def all_measured_under(wildcards):
    """The facts of each measured objective. A change of them makes the data be prepared again."""
    names = queries.validated_objectives(experiment(wildcards))
    return {name: looked_up_under(wildcards.experiment, name) for name in names}


def live_measured_under(wildcards):
    """:func:`measured_under` of each objective that a search measures itself."""
    return {
        name: looked_up_under(wildcards.experiment, name) for name in live_objectives(wildcards)
    }


# -- all searches ----------------------------------------------------------------------------------


@cache
def closed_forms_of(name):
    return queries.closed_forms(EXPERIMENTS[name])


def closed_forms(wildcards):
    """The names of the exact objectives in archives."""
    experiment(wildcards)
    return closed_forms_of(wildcards.experiment)


def reference_given(wildcards):
    return (experiment(wildcards)["reference_point"] or {}).get(wildcards.platform)


def given_file(path):
    """A file that the config names, as an input. The path is absolute: Snakemake would otherwise
    take a file of another experiment in results/ for an output of these rules."""
    return str(Path(path).absolute())


def given_samples(wildcards):
    """The user's file of configurations, or an empty list."""
    given = setting("sampling", "file")(wildcards)
    return given_file(given) if given else []


def given_constraint(wildcards):
    """The file of the constraint that the config names, or an empty list."""
    given = setting("constraint")(wildcards)
    return [] if given is None else [given_file(constraint_file(given))]


def constraints(wildcards):
    """The file of the constraint that the config names, and PopDB's constraint if the tactic is
    held to it."""
    found = given_constraint(wildcards)
    if run_of(wildcards).endswith(queries.POPDB):
        found.append(POPDB.constraint.format(**wildcards))
    return found


def predictor_kinds(wildcards):
    return queries.predictor_kinds(experiment(wildcards))


def look_up_table(wildcards):
    """The platform's look-up table if the search uses one, or an empty list."""
    if LOOK_UP not in experiment(wildcards)["predictors"].values():
        return []
    return PLATFORM.look_up.format(**wildcards)


def source_history(wildcards):
    """The history of the search that PopDB's clusters are made from."""
    return own_run(wildcards, experiment(wildcards)["popdb"]["source"], "full").history


# -- warm starts -----------------------------------------------------------------------------------


def warm_count(wildcards):
    """Number of sub-networks that a warm-started search starts from."""
    return queries.warm_count(experiment(wildcards), wildcards.warm)


def source_run(wildcards, run):
    """The run of this experiment whose results start a warm-started run."""
    warm = setting("warm_start")(wildcards)
    tactic = warm["source_tactic"] or run.removesuffix(queries.WARM)
    return own_run(wildcards, warm["source"], tactic)


def found_before(wildcards):
    """The table of the sub-networks that a warm-started search starts from: the user's, that of
    another experiment, or the archive of the source run."""
    earlier = queries.earlier_archive(experiment(wildcards))
    return given_file(earlier) if earlier else source_run(wildcards, wildcards.warm).archive


def learned_from(wildcards):
    """The archive of the source run, from which a warm-started search learns, or an empty list.

    A search does not learn from the user's file, because it is not known how the values in the file
    were measured.
    """
    if not wildcards.tactic.endswith(queries.WARM):
        return []
    if queries.earlier_archive(experiment(wildcards)):
        return learned_elsewhere(wildcards.experiment)
    return source_run(wildcards, wildcards.tactic).archive


@cache
def learned_elsewhere(name):
    found = learned_archive(EXPERIMENTS[name])
    return given_file(found) if found else []


def full_start(wildcards):
    """The file with the population that the evolutionary search of a full search starts from."""
    if wildcards.full.endswith(queries.WARM):
        return FULL_SEARCH.start.population.format(**wildcards)
    return full_samples(wildcards)


def full_samples(wildcards):
    """The archive of the samples that the predictors of full search are trained on."""
    found = queries.start_of(experiment(wildcards), wildcards.seed, wildcards.platform, "full")
    return f"{PLACE}{found.archive}".format(**wildcards)


# -- the loop of ConcurrentNAS ---------------------------------------------------------------------


def start(wildcards):
    """The start of the run of these wildcards, with paths relative to the experiment's folder."""
    place = wildcards.seed, wildcards.platform, wildcards.tactic
    return queries.start_of(experiment(wildcards), *place)


def start_count(wildcards):
    return start(wildcards).count


def first_count(wildcards):
    return int(wildcards.first)


def start_extremes(wildcards):
    """Whether a start in the constrained space begins with its smallest and largest sub-network."""
    even = queries.even_start(experiment(wildcards), wildcards.tactic)
    return even or setting("sampling", "extremes")(wildcards)


def archive_before(wildcards):
    """The archive that an iteration starts from: the run's start for iteration 1, else the archive
    of the previous iteration."""
    number = int(wildcards.iteration)
    if number == 1:
        return f"{PLACE}{start(wildcards).archive}".format(**wildcards)
    run = own_run(wildcards, wildcards.platform, wildcards.tactic)
    return run.iteration(number - 1).archive


def measured_so_far(wildcards):
    """The measured chunks of a search's start and of all its iterations up to this one."""
    first, size = start(wildcards), of_tactic(budgets.batch)(wildcards)
    found = chunks_of(Batch(f"{PLACE}{first.batch.folder}"), wildcards, first.count)
    for number in range(1, int(wildcards.iteration) + 1):
        found += chunks_of(LOOP.iteration(number), wildcards, size)
    return found


def search_of_iteration(wildcards):
    """The settings of the evolutionary search in this iteration."""
    number = int(wildcards.iteration)
    return budgets.search(experiment(wildcards), wildcards.tactic, number)


def live_budget(wildcards):
    """The number of sub-networks that a search measures for an objective."""
    if "iteration" in wildcards.keys():
        search = search_of_iteration(wildcards)
    elif "tactic" in wildcards.keys():
        search = search_of_round(wildcards)
    else:
        search = of_tactic(budgets.search)(wildcards)
    return budget_of(setting("concurrent")(wildcards), search["population"])


def limit_file(wildcards):
    """The limits of the wildcards' tactic, which its runs with a suffix share."""
    return LIMIT_FILE.format(**{**wildcards, "tactic": base_name(wildcards.tactic)})


def live_data(wildcards):
    return DATA_FOLDER.format(**wildcards) if live_objectives(wildcards) else []


def recorded_proposals(wildcards):
    """The record whose proposals replace the searches, if the config names one."""
    given = setting("concurrent", "proposals")(wildcards)
    return given_file(given) if given else []


def expected_gains(wildcards):
    """The files of the expected gains of all batches up to the next one. The list is empty if the
    run cannot end by its expected gain (``least_gain`` is 0), or if the tactic states none.

    The files require that the next batch is proposed before the verdict decides whether the batch
    is measured.
    """
    needed = of_tactic(budgets.limits)(wildcards)["least_gain"] > 0
    if not needed or not tactic(wildcards.tactic).states_expected_gain:
        return []
    run = own_run(wildcards, wildcards.platform, wildcards.tactic)
    numbers = range(1, int(wildcards.iteration) + 2)
    return [run.iteration(number).expected_gain for number in numbers]


def known_verdicts(wildcards):
    """The verdicts that are there, up to the first that ends the loop.

    Snakemake looks at these inputs at once. :func:`last_archive` makes it look at one verdict after
    the other, and go through all jobs for each.
    """
    run = own_run(wildcards, wildcards.platform, wildcards.tactic)
    found = []
    for number in range(1, of_tactic(budgets.limits)(wildcards)["iterations"] + 1):
        verdict = run.iteration(number).verdict
        if not Path(verdict).is_file():
            break
        found.append(verdict)
        if not read_json(verdict)["continue"]:
            break
    return found


def last_archive(wildcards):
    """The archive of the loop's last iteration: the first iteration whose verdict ends the loop."""
    run, number = own_run(wildcards, wildcards.platform, wildcards.tactic), 1
    while True:
        step = checkpoints.conclude_iteration.get(**wildcards, iteration=number)
        if not read_json(step.output.verdict)["continue"]:
            return run.iteration(number).archive
        number += 1


# -- search within training ------------------------------------------------------------------------


def training_of(wildcards):
    place = wildcards.seed, wildcards.platform, wildcards.tactic
    return WithinTraining(*place, f"results/{wildcards.experiment}/")


def number_of_round(wildcards):
    """The number of the round; the search under the last weights comes after the last round."""
    return int(wildcards.get("round", setting("training", "rounds")(wildcards) + 1))


def known_before(wildcards):
    """The table of the sub-networks that a round measures first: the start of the tactic, or the
    front of the round before."""
    number = number_of_round(wildcards)
    if number == 1:
        return f"{PLACE}{start(wildcards).batch.population}".format(**wildcards)
    return training_of(wildcards).round(number - 1).front


def weights_before(wildcards):
    """The weights of the round before; an empty list before the first round."""
    number = number_of_round(wildcards)
    return training_of(wildcards).round(number - 1).weights if number > 1 else []


def present_supernet(wildcards):
    """The config's super-network with the weights of the round before."""
    given, weights = setting("supernet")(wildcards), weights_before(wildcards)
    return with_checkpoint(given, weights) if weights else given


def search_of_round(wildcards):
    """The settings of the evolutionary search in this round: those of the iteration of its
    number."""
    return budgets.search(experiment(wildcards), wildcards.tactic, number_of_round(wildcards))


def batches_of_round(wildcards):
    """The number of batches that a round measures: one, and as many as the loop of the tactic under
    the last weights."""
    if "round" in wildcards.keys():
        return 1
    return of_tactic(budgets.limits)(wildcards)["iterations"]


def validated_objectives(wildcards):
    return queries.validated_objectives(experiment(wildcards))


def trained_fronts(wildcards):
    """The fronts under the last weights of each training of the main experiment."""
    place = f"results/{EXPERIMENT}/"
    return [WithinTraining(*one, place).front for one in queries.trainings(MAIN)]
