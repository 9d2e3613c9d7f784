# Input functions of figures, tables and exports: the files of all runs of an experiment, and of the
# paper's studies.

from pathlib import Path

from archfront.analytics import figures
from archfront.config import layout


def inside(wildcards, paths):
    """Paths relative to the experiment's folder, as paths of the workflow."""
    return [f"results/{wildcards.experiment}/{path}" for path in paths]


# -- all runs of an experiment ---------------------------------------------------------------------


def all_archives(wildcards):
    return inside(wildcards, [Run(*run).archive for run in queries.runs(experiment(wildcards))])


def all_fronts(wildcards):
    return inside(wildcards, [Run(*run).front for run in queries.runs(experiment(wildcards))])


def all_references(wildcards):
    names = experiment(wildcards)["platforms"]
    return inside(wildcards, [OnPlatform(name).reference for name in names])


def sample_archives(wildcards):
    """The archives of the platform's samples, one per seed."""
    paths = layout.sample_archives(experiment(wildcards), wildcards.platform)
    return inside(wildcards, paths)


def first_samples(wildcards):
    return sample_archives(wildcards)[0]


def exported_front(wildcards):
    """The front of the run that the export part of the config names."""
    chosen = experiment(wildcards)["export"]
    run = Run(chosen["seed"], chosen["platform"], chosen["tactic"])
    return inside(wildcards, [run.front])[0]


def platform_fronts(wildcards):
    """The fronts of every run on the platform."""
    runs = queries.runs(experiment(wildcards))
    own = [run for run in runs if run[1] == wildcards.platform]
    return inside(wildcards, [Run(*run).front for run in own])


# -- figures ---------------------------------------------------------------------------------------


def figure_inputs(wildcards):
    """The input files that the figure's module names."""
    return inside(wildcards, figures.module(wildcards.figure).inputs(experiment(wildcards)))


def figure_caption(wildcards):
    return figures.module(wildcards.figure).CAPTION


def figure_files(name):
    return [f"results/{name}/{layout.figure(one, 'png')}" for one in figures.figure_names(MAIN)]


# -- the paper's figures ---------------------------------------------------------------------------


def study_of(setting, target):
    """The experiments that a target shows, by role. A role without a file is left out, or is shown
    on the experiment of another role.

    A folder experiments/devices/ beside the user's config replaces all experiments of the setting
    devices: the other experiments need a GPU that may not be on this host."""
    found, own = {}, Path("experiments/devices")
    replaced = setting == "devices" and own.is_dir()
    for role in paper.module(target).ROLES:
        for one in filter(None, (role, STANDS_IN.get(role))):
            name, there = f"{setting}_{one}", own / f"{one}.yaml"
            if there.is_file() if replaced else has_file(dry.rehearsed(name) or name):
                found[role] = named_experiment(name)
                break
    return found


def shown(setting):
    """The targets of a setting that have experiments."""
    return [target for target in paper.SETTINGS[setting] if study_of(setting, target)]


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


def recorded_files(wildcards):
    """The input files of all targets of the setting."""
    found = paper_studies(wildcards).items()
    return [f"results/{one}" for name, study in found for one in paper.module(name).inputs(study)]


def paper_inputs(wildcards):
    """The input files that the target's module names."""
    known = paper.SETTINGS[wildcards.setting]
    if wildcards.target not in known:
        raise WorkflowError(
            f"paper: {wildcards.setting!r} has no {wildcards.target}, but {', '.join(known)}"
        )
    study = paper_study(wildcards)
    if not study:
        roles = ", ".join(paper.module(wildcards.target).ROLES)
        raise WorkflowError(
            f"{wildcards.target}: none of its experiments has a file in "
            f"experiments/{wildcards.setting}/: {roles}"
        )
    names = paper.module(wildcards.target).inputs(study)
    return [f"results/{name}" for name in names]
