# The validated experiments, the wildcards, and the paths of the files of a run.

from functools import cache
from pathlib import Path
from time import time

from snakemake.exceptions import WorkflowError

from archfront.config import experiment as experiments
from archfront.config import budgets, layout, queries
from archfront.config.layout import DATA, EXPORT, STOP, SUMMARY
from archfront.config.layout import Batch, OnPlatform, PopDB, Run, WithinTraining, shared
from archfront.core.registry import ConfigError
from archfront.paper import dry
from archfront.paper import targets as paper
from archfront.paper.study import STANDS_IN
from archfront.tactics import TACTICS, base_name

STARTED = time()


def validated_or_refused(make, source):
    try:
        return make(source)
    except (ConfigError, OSError) as error:
        raise WorkflowError(f"The config is not valid:\n{error}")


# Snakemake has read these files, but takes the last of several keys of one name.
for path in workflow.configfiles:
    validated_or_refused(experiments.read, path)

MAIN = validated_or_refused(experiments.validated, config)
EXPERIMENT = MAIN["experiment"]
EXPERIMENTS = {EXPERIMENT: MAIN}

SUFFIXES = f"(?:{queries.POPDB}|{queries.WARM})?"
LOOPS = f"(?:{'|'.join(TACTICS)}){SUFFIXES}"
FULL_SEARCHES = f"full{SUFFIXES}"


wildcard_constraints:
    experiment="[a-z0-9][a-z0-9_]*",
    platform="[a-z0-9][a-z0-9_]*",
    seed=r"\d+",
    tactic=LOOPS,
    full=FULL_SEARCHES,
    run=f"{FULL_SEARCHES}|{LOOPS}",
    warm=f"(?:full|{'|'.join(TACTICS)}){queries.WARM}",
    iteration=r"[1-9]\d*",
    chunk=r"\d+",
    objective="[a-z][a-z0-9_]*",
    source="[a-z0-9][a-z0-9_]*",
    setting="|".join(paper.SETTINGS),
    first=r"[1-9]\d*",
    round=r"[1-9]\d*",
    batch=rf"samples(?:_\d+)?|start|[a-z0-9_]+/({FULL_SEARCHES}|{LOOPS}_from_[a-z0-9_]+)|[a-z0-9_]+/({LOOPS})/(start|iteration[1-9]\d*)",


# -- paths of the files (archfront.config.layout) --------------------------------------------------

PLACE = "results/{experiment}/"
STORE = "results/store"
DATA_FOLDER = f"{PLACE}{DATA}"
LIMIT_FILE = f"{PLACE}{layout.limit('{tactic}')}"
SUMMARY_FILE = f"{PLACE}{SUMMARY}"
EXPORT_FOLDER = f"{PLACE}{EXPORT}"
PLATFORM = OnPlatform("{platform}", PLACE)
POPDB = PopDB("{seed}", PLACE)
SAMPLES = shared("{seed}", "samples", PLACE)
FIRST_SAMPLES = shared("{seed}", layout.first_samples("{first}"), PLACE)
START = shared("{seed}", "start", PLACE)
BATCH = shared("{seed}", "{batch}", PLACE)
RUN = Run("{seed}", "{platform}", "{run}", PLACE)
WARM_RUN = Run("{seed}", "{platform}", "{warm}", PLACE)
LOOP = Run("{seed}", "{platform}", "{tactic}", PLACE)
ITERATION = LOOP.iteration("{iteration}")
FULL = Run("{seed}", "{platform}", "full", PLACE)
FULL_SEARCH = Run("{seed}", "{platform}", "{full}", PLACE)
PLATFORM_SAMPLES = Run("{seed}", "{platform}", "samples", PLACE)
PLATFORM_FIRST_SAMPLES = Run("{seed}", "{platform}", layout.first_samples("{first}"), PLACE)
PLATFORM_START = Run("{seed}", "{platform}", "start", PLACE)
TRAINING = WithinTraining("{seed}", "{platform}", "{tactic}", PLACE)
ROUND = TRAINING.round("{round}")
TRANSFERRED = Run("{seed}", "{platform}", layout.transferred("{tactic}", "{source}"), PLACE)
TRANSFER_SOURCE = Run("{seed}", "{source}", "{tactic}", PLACE)


# -- experiments -----------------------------------------------------------------------------------


def experiment(wildcards):
    """The validated experiment of these wildcards."""
    return named_experiment(wildcards.experiment)


def named_experiment(name):
    """The main experiment, or an experiment of the folder experiments/ here or in the workflow."""
    if name not in EXPERIMENTS:
        EXPERIMENTS[name] = validated_or_refused(load_named, name)
    return EXPERIMENTS[name]


def load_named(name):
    rehearsed = dry.rehearsed(name)
    if rehearsed and has_file(rehearsed):
        return experiments.validated(dry.rehearsal(experiments.read(file_of(rehearsed))))
    return experiments.load(file_of(name))


def has_file(name):
    try:
        return bool(file_of(name))
    except ConfigError:
        return False


def file_of(name):
    return experiments.experiment_file(name, "experiments", f"{workflow.basedir}/experiments")


def setting(*path):
    """A params function: the value at this path of the experiment."""

    def value(wildcards):
        found = experiment(wildcards)
        for key in path:
            found = found[key]
        return found

    return value


def of_tactic(value):
    """A params function: a value of the budget of the wildcards' tactic
    (:mod:`archfront.config.budgets`)."""
    return lambda wildcards: value(experiment(wildcards), run_of(wildcards))


def run_of(wildcards):
    """The name of the wildcards' tactic, with its suffix."""
    return wildcards.get("tactic") or wildcards.get("full") or wildcards.run


# -- before the first job --------------------------------------------------------------------------

MEASURING = (
    *("measure", "measure_on_platform", "measure_look_up", "propose_iteration"),
    *("search_round", "search_trained"),
)


def measures(job):
    """Whether a job measures, or a later one that depends on it. A full search measures only
    objectives that are live."""
    full_search = job.rule.name == "search_full"
    return job.rule.name in MEASURING or (full_search and bool(job.params.live))


def check_platforms():
    """Refuse, before the first job, platforms and devices that this host cannot provide.

    Nothing is checked if jobs run on other hosts, or if no job measures.
    """
    if workflow.local_exec:
        asked = [job for job in workflow.dag.needrun_jobs() if measures(job)]
        for name in sorted({job.wildcards.experiment for job in asked}):
            try:
                queries.check_platforms(EXPERIMENTS[name])
            except ValueError as error:
                raise WorkflowError(str(error))


def say_how_long():
    """Print how long the paper's experiments took, if this run made them."""
    if any(job.rule.name == "paper" for job in workflow.dag.jobs):
        minutes = round((time() - STARTED) / 60)
        print(f"The paper's experiments ({MAIN['paper']}) took {minutes} minutes in this run.")


def forget_stop():
    """Cancel a `snakemake stop` that was asked for before this run, for each experiment with
    iterations to conclude. Otherwise it would end this run after one iteration."""
    ahead = [job for job in workflow.dag.needrun_jobs() if job.rule.name == "conclude_iteration"]
    for stop in {Path(job.params.stop) for job in ahead}:
        if stop.exists() and stop.stat().st_mtime < STARTED:
            stop.unlink()


def be_quiet_while_measuring():
    """Remove Snakemake's limit on jobs per second if jobs run on this host.

    The limit starts a timer with every round of scheduling, and each timer starts a round. With
    hundreds of jobs these rounds occupy a core while latencies are measured. Jobs on this host do
    not need the limit.
    """
    if workflow.local_exec and getattr(workflow.scheduler, "job_rate_limiter", None):
        workflow.scheduler.job_rate_limiter = None
