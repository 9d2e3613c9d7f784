# The identity of the code of jobs. A job has it as a parameter, so that it runs again when its code
# changes. Measuring jobs do not have one: they depend on the version of the protocol instead.

from pathlib import Path

from archfront.config import code_identity
from archfront.core import project

SCRIPTS = Path(workflow.basedir) / "workflow" / "scripts"


def code_of(script, *choices):
    """A params function: the identity of the script, of the super-network, of the objectives, and
    of the modules and files that the functions ``choices`` return."""

    def experiments_own(wildcards):
        return code_identity.of_supernet_and_objectives(experiment(wildcards))

    return code_of_script(script, experiments_own, *choices)


def code_of_script(script, *choices):
    """A params function like ``code_of``, without the super-network and the objectives."""

    def code(wildcards):
        chosen = [one for choice in choices for one in choice(wildcards)]
        return code_identity.identity(script_file(script), *chosen)

    return code


def script_file(name):
    return SCRIPTS / f"{name}.py"


def chosen_predictors(wildcards):
    return code_identity.of_predictors(experiment(wildcards))


def chosen_search(wildcards):
    return code_identity.of_search(experiment(wildcards))


def chosen_tactic(wildcards):
    return code_identity.of_tactic(experiment(wildcards), wildcards.tactic)


def chosen_figure(wildcards):
    return [f"archfront.analytics.{wildcards.figure}"]


def chosen_target(wildcards):
    return [f"archfront.paper.{wildcards.target}", *shown_networks(paper_study(wildcards))]


def shown_targets(wildcards):
    return [f"archfront.paper.{target}" for target in shown(wildcards.setting)]


def shown_networks(study):
    """The modules of the super-networks and objectives of a target's experiments."""
    found = [code_identity.of_supernet_and_objectives(settings) for settings in study.values()]
    return [name for names in found for name in names]


def templates(wildcards):
    """The templates of the HTML pages, where the library reads them."""
    return sorted((project.WORKFLOW / "report").glob("*.html"))
