# Validation of the config, input functions and wildcard constraints; nothing else does any of it.

from functools import cache
from math import ceil
from pathlib import Path

from snakemake.exceptions import WorkflowError

from archfront import experiment as experiments
from archfront import tables
from archfront.analytics import figures
from archfront.constraints import constraint_file
from archfront.files import code_digest, read_json
from archfront.measurement.objective import on_platform
from archfront.paper import targets as paper
from archfront.predictors.predictor import LIVE, LOOK_UP
from archfront.search.tactic import TACTICS, tactic


def validated_or_refused(make, source):
    try:
        return make(source)
    except (experiments.ConfigError, OSError) as error:
        raise WorkflowError(f"The config is not valid:\n{error}")


MAIN = validated_or_refused(experiments.validated, config)
EXPERIMENT = MAIN["experiment"]
EXPERIMENTS = {EXPERIMENT: MAIN}

SUFFIXES = f"(?:{experiments.POPDB}|{experiments.WARM})?"
LOOPS = f"(?:{'|'.join(TACTICS)}){SUFFIXES}"
FULL = f"full{SUFFIXES}"


wildcard_constraints:
    experiment="[a-z0-9][a-z0-9_]*",
    platform="[a-z0-9][a-z0-9_]*",
    seed=r"\d+",
    tactic=LOOPS,
    full=FULL,
    run=f"{FULL}|{LOOPS}",
    iteration=r"[1-9]\d*",
    chunk=r"\d+",
    objective="[a-z][a-z0-9_]*",
    source="[a-z0-9][a-z0-9_]*",
    setting="|".join(paper.SETTINGS),
    batch=rf"samples|start|[a-z0-9_]+/({FULL}|from_[a-z0-9_]+)|[a-z0-9_]+/({LOOPS})/(start|iteration[1-9]\d*)",


def experiment(wildcards):
    """The validated experiment of these wildcards."""
    return named_experiment(wildcards.experiment)


def named_experiment(name):
    """The main experiment, or one of experiments/: of this folder, or of the workflow's own."""
    if name not in EXPERIMENTS:
        EXPERIMENTS[name] = validated_or_refused(load_named, name)
    return EXPERIMENTS[name]


def load_named(name):
    return experiments.load(file_of(name))


def file_of(name):
    return experiments.experiment_file(name, "experiments", f"{workflow.basedir}/experiments")


MEASURING = "measure", "measure_on_platform", "measure_look_up", "propose_iteration"


def check_platforms():
    """Before the first job: what this host cannot provide is refused, unless jobs run elsewhere, or
    nothing will be measured."""
    if workflow.local_exec:
        asked = [job for job in workflow.dag.needrun_jobs() if job.rule.name in MEASURING]
        for name in sorted({job.wildcards.experiment for job in asked}):
            try:
                experiments.check_platforms(EXPERIMENTS[name])
            except ValueError as error:
                raise WorkflowError(str(error))


def be_quiet_while_measuring():
    """Snakemake's limit on jobs per second starts a timer with every round of scheduling, and each
    timer starts a round: with hundreds of jobs their evaluation takes a core, beside the latencies
    that are measured. Jobs on this host need no such limit."""
    if workflow.local_exec and getattr(workflow.scheduler, "job_rate_limiter", None):
        workflow.scheduler.job_rate_limiter = None


def setting(*path):
    """A params function: the value at this path of the experiment."""

    def value(wildcards):
        found = experiment(wildcards)
        for key in path:
            found = found[key]
        return found

    return value


# Jobs run again where the code that their results depend on changes; measurements never do, theirs
# is the protocol's version.
SAMPLING = code_digest("space.py", "constraints.py", "search/sampling.py")
PREDICTING = code_digest("space.py", "predictors")
SEARCHING = code_digest("space.py", "constraints.py", "predictors", "search", "baselines")
EXPLORING = code_digest("analytics/explorer.py", "analytics/style.py")
CLUSTERING = code_digest("space.py", "popdb.py", "density.py")


def platform_settings(wildcards):
    return experiment(wildcards)["platforms"][wildcards.platform]


def platform_threads(wildcards):
    return platform_settings(wildcards).get("threads", 1)


def platform_gpus(wildcards):
    return int(platform_settings(wildcards)["device"] != "cpu")


def platform_partition(wildcards):
    """Empty: the cluster's default."""
    return platform_settings(wildcards)["partition"] or ""


def validation_gpus(wildcards):
    on_gpu = experiment(wildcards)["measurement"]["validation_device"] != "cpu"
    return int(on_gpu and wildcards.objective in ("top1", "bleu"))


def closed_forms(wildcards):
    """The exact objectives that archives hold."""
    return experiments.closed_forms(experiment(wildcards))


def reference_given(wildcards):
    return (experiment(wildcards)["reference_point"] or {}).get(wildcards.platform)


# -- chunks of measurements ------------------------------------------------------------------------


def measured_chunks(batch, *count):
    """An input function: all chunks of all measured objectives for a batch, whose size is the
    setting ``count``; of a platform's objectives, those of the run's own platform.
    """

    def chunks(wildcards):
        settings = experiment(wildcards)
        total = ceil(setting(*count)(wildcards) / settings["measurement"]["chunk_size"])
        place = batch.format(**wildcards)
        return [
            f"{place}/measured/{folder}/{chunk}.csv"
            for folder in experiments.measured_folders(settings, wildcards.platform)
            for chunk in range(total)
        ]

    return chunks


@cache
def looked_up_under(name, objective):
    """Asked once, not for each job: it may look at thousands of files."""
    return experiments.measured_under(EXPERIMENTS[name], objective)


def measured_under(wildcards):
    """What makes a measuring job run again besides its inputs and settings."""
    experiment(wildcards)
    return looked_up_under(wildcards.experiment, wildcards.objective)


def latency_measured_under(wildcards):
    experiment(wildcards)
    return looked_up_under(wildcards.experiment, "latency")


def all_measured_under(wildcards):
    """What makes the data be prepared again."""
    names = experiments.validated_objectives(experiment(wildcards))
    return {name: looked_up_under(wildcards.experiment, name) for name in names}


# -- the loop of ConcurrentNAS ---------------------------------------------------------------------


def start(wildcards):
    """What the run of these wildcards starts from."""
    return experiments.start_of(experiment(wildcards), wildcards.platform, wildcards.tactic)


def archive_before(wildcards):
    """What iteration 1 starts from is what the run does; every other one, the iteration before."""
    seed, number = f"results/{wildcards.experiment}/seed{wildcards.seed}", int(wildcards.iteration)
    if number == 1:
        return f"{seed}/{start(wildcards).archive}/archive.csv"
    return f"{seed}/{wildcards.platform}/{wildcards.tactic}/iteration{number - 1}/archive.csv"


def measured_so_far(wildcards):
    """The chunks of what a search started from, and of all its iterations up to this one."""
    seed, first = "results/{experiment}/seed{seed}", start(wildcards)
    run = f"{seed}/{{platform}}/{{tactic}}"
    found = measured_chunks(f"{seed}/{first.batch}", *first.count)(wildcards)
    for number in range(1, int(wildcards.iteration) + 1):
        batch = f"{run}/iteration{number}"
        found += measured_chunks(batch, "concurrent", "batch")(wildcards)
    return found


def search_of_iteration(wildcards):
    """The settings of the evolutionary search in this iteration."""
    own = setting("concurrent", "search")(wildcards)
    changed = own[min(int(wildcards.iteration), len(own)) - 1] if own else {}
    return setting("search")(wildcards) | changed


def live_objectives(wildcards):
    """What the search measures itself."""
    kinds = experiment(wildcards)["predictors"]
    return [name for name, kind in kinds.items() if kind == LIVE]


def live_data(wildcards):
    return f"results/{wildcards.experiment}/data" if live_objectives(wildcards) else []


def live_on_platform(wildcards):
    return on_platform(live_objectives(wildcards))


def live_host(wildcards):
    """All of the host where a search measures latencies."""
    return 100 if live_on_platform(wildcards) else 1


def live_threads(wildcards):
    return platform_threads(wildcards) if live_on_platform(wildcards) else 1


def live_gpus(wildcards):
    return platform_gpus(wildcards) if live_on_platform(wildcards) else 0


def live_partition(wildcards):
    return platform_partition(wildcards) if live_on_platform(wildcards) else ""


def live_measured_under(wildcards):
    """As measured_under, of each objective that a search measures."""
    return {
        name: looked_up_under(wildcards.experiment, name) for name in live_objectives(wildcards)
    }


def recorded_proposals(wildcards):
    """The record that takes the place of searches, if any."""
    return setting("concurrent", "proposals")(wildcards) or []


def promises(wildcards):
    """What the batches up to the next one were expected to gain, if the tactic says so. The next one
    is proposed before it is decided whether it will be measured; where the search measures, that
    costs, and is done only for a run that may end by what it is promised."""
    needed = setting("concurrent", "least_gain")(wildcards) > 0
    if recorded_proposals(wildcards):
        return []
    if not tactic(wildcards.tactic).promises or (live_objectives(wildcards) and not needed):
        return []
    run = f"results/{wildcards.experiment}/seed{wildcards.seed}/{wildcards.platform}"
    numbers = range(1, int(wildcards.iteration) + 2)
    return [f"{run}/{wildcards.tactic}/iteration{number}/promise.json" for number in numbers]


def source_run(wildcards, run):
    """Folder of the run that a warm-started one takes after: the same tactic, another platform."""
    source, tactic = setting("warm_start", "source")(wildcards), run.removesuffix(experiments.WARM)
    return f"results/{wildcards.experiment}/seed{wildcards.seed}/{source}/{tactic}"


def found_before(wildcards):
    """What a warm-started search starts from: the user's file, or the other run's front."""
    file = setting("warm_start", "file")(wildcards)
    return file or f"{source_run(wildcards, wildcards.run)}/front.csv"


def learned_from(wildcards):
    """What a warm-started search learns from: all that the other run has measured. How the values in
    a file of the user's were measured is not known."""
    if not wildcards.tactic.endswith(experiments.WARM) or setting("warm_start", "file")(wildcards):
        return []
    return f"{source_run(wildcards, wildcards.tactic)}/archive.csv"


def full_start(wildcards):
    """What the evolutionary search of a full search starts from."""
    run = f"results/{wildcards.experiment}/seed{wildcards.seed}/{wildcards.platform}"
    warm = wildcards.full.endswith(experiments.WARM)
    return f"{run}/{wildcards.full}/start/population.csv" if warm else f"{run}/samples/archive.csv"


def given_constraint(wildcards):
    """The constraint that the config names, if any."""
    given = setting("constraint")(wildcards)
    return [] if given is None else [str(constraint_file(given))]


def constraints(wildcards):
    """The constraint that the config names, and PopDB's where the tactic is held to it."""
    found, run = given_constraint(wildcards), wildcards.get("tactic") or wildcards.full
    if run.endswith(experiments.POPDB):
        found.append(f"results/{wildcards.experiment}/seed{wildcards.seed}/popdb/constraint.json")
    return found


def look_up_table(wildcards):
    """The platform's look-up table, if the search goes by one."""
    if LOOK_UP not in experiment(wildcards)["predictors"].values():
        return []
    return f"results/{wildcards.experiment}/look_up/{wildcards.platform}.csv"


def given_samples(wildcards):
    """The user's file of configurations, if any."""
    return setting("sampling", "file")(wildcards) or []


def last_archive(wildcards):
    """Walks the verdicts to the one that ends the loop."""
    number = 1
    while True:
        step = checkpoints.conclude_iteration.get(**wildcards, iteration=number)
        if not read_json(step.output.verdict)["continue"]:
            return step.output.verdict.replace("verdict.json", "archive.csv")
        number += 1


# -- all runs of an experiment ---------------------------------------------------------------------


def all_archives(wildcards):
    place = f"results/{wildcards.experiment}"
    return [
        f"{place}/seed{s}/{p}/{t}/archive.csv"
        for s, p, t in experiments.runs(experiment(wildcards))
    ]


def all_fronts(wildcards):
    return [path.replace("archive.csv", "front.csv") for path in all_archives(wildcards)]


def all_references(wildcards):
    names = experiment(wildcards)["platforms"]
    return [f"results/{wildcards.experiment}/reference/{name}.json" for name in names]


def sample_archives(wildcards):
    """The platform's samples of every seed."""
    paths = tables.sample_archives(experiment(wildcards), wildcards.platform)
    return [f"results/{wildcards.experiment}/{path}" for path in paths]


def first_samples(wildcards):
    return sample_archives(wildcards)[0]


def source_history(wildcards):
    source = experiment(wildcards)["popdb"]["source"]
    return f"results/{wildcards.experiment}/seed{wildcards.seed}/{source}/full/history.csv"


def exported_front(wildcards):
    """The front of the run that the export part of the config names."""
    chosen = experiment(wildcards)["export"]
    run = f"seed{chosen['seed']}/{chosen['platform']}/{chosen['tactic']}"
    return f"results/{wildcards.experiment}/{run}/front.csv"


def platform_fronts(wildcards):
    """The fronts of every run on the platform."""
    place = f"results/{wildcards.experiment}"
    return [
        f"{place}/seed{seed}/{platform}/{tactic}/front.csv"
        for seed, platform, tactic in experiments.runs(experiment(wildcards))
        if platform == wildcards.platform
    ]


# -- figures ---------------------------------------------------------------------------------------


def figure_inputs(wildcards):
    """What the figure's module says that it reads."""
    names = figures.module(wildcards.figure).inputs(experiment(wildcards))
    return [f"results/{wildcards.experiment}/{name}" for name in names]


def figure_code(wildcards):
    return code_digest(f"analytics/{wildcards.figure}.py", "analytics/style.py")


def figure_caption(wildcards):
    return figures.module(wildcards.figure).CAPTION


def figure_files(name):
    return [f"results/{name}/figures/{figure}.png" for figure in figures.figure_names(MAIN)]


# -- the paper's figures ---------------------------------------------------------------------------

CLAIMS = code_digest("paper/claims.py", "paper/report.py", "paper/targets.py")


def study_of(setting, target):
    """The experiments that a target shows, by role; roles without a file are left out. A folder
    experiments/<setting>/ of the user's own stands for the whole setting."""
    found, own = {}, Path(f"experiments/{setting}")
    for role in paper.module(target).ROLES:
        is_there = (
            (own / f"{role}.yaml").is_file() if own.is_dir() else has_file(f"{setting}_{role}")
        )
        if is_there:
            found[role] = named_experiment(f"{setting}_{role}")
    return found


def shown(setting):
    """The targets of a setting that there are experiments for."""
    return [target for target in paper.SETTINGS[setting] if study_of(setting, target)]


def has_file(name):
    try:
        return bool(file_of(name))
    except experiments.ConfigError:
        return False


def all_results(wildcards):
    return "results"


def paper_folder(wildcards):
    return f"results/paper/{wildcards.setting}"


def paper_study(wildcards):
    return study_of(wildcards.setting, wildcards.target)


def paper_studies(wildcards):
    setting = wildcards.get("setting", MAIN["paper"])
    return {target: study_of(setting, target) for target in shown(setting)}


def paper_tables(wildcards):
    folder = paper_folder(wildcards)
    return [f"{folder}/{target}.csv" for target in shown(wildcards.setting)]


def paper_figures(wildcards):
    folder, names = paper_folder(wildcards), shown(wildcards.setting)
    return [f"{folder}/{target}.png" for target in names if target in paper.FIGURES]


def paper_inputs(wildcards):
    """What the target's module says that it reads."""
    known = paper.SETTINGS[wildcards.setting]
    if wildcards.target not in known:
        raise WorkflowError(
            f"paper: {wildcards.setting!r} has no {wildcards.target}, but {', '.join(known)}"
        )
    names = paper.module(wildcards.target).inputs(paper_study(wildcards))
    return [f"results/{name}" for name in names]


def paper_code(wildcards):
    return code_digest("paper/study.py", f"paper/{wildcards.target}.py", "analytics")
