"""The list of figures. Each figure is a module in this folder, with

``inputs(settings)``          the files it reads, relative to the experiment's folder;
``table(folder, settings)``   the data it shows, one tidy table;
``draw(table, settings)``     the matplotlib figure;
``CAPTION``                   the text below the figure in the report.
"""

from importlib import import_module
from types import ModuleType

from archfront.config.queries import proxies
from archfront.predictors.kinds import LOOK_UP
from archfront.tactics import CONCURRENT, FULL

ALWAYS = "fronts", "hypervolume", "predictor_error", "actual_predicted", "front_values"
OF_TACTICS = {"concurrent_evolution": CONCURRENT, "search_evolution": (FULL,)}


def figure_names(settings: dict) -> list[str]:
    """Names of the figures of an experiment."""
    shown = {name for name, of in OF_TACTICS.items() if set(of) & set(settings["tactics"])}
    names = [*ALWAYS, *(name for name in OF_TACTICS if name in shown)]
    if settings["popdb"]["enabled"]:
        names.append("clusters")
    if len(settings["objectives"]) == 1:  # the left-out figures need two objectives
        names = [name for name in names if name not in ("search_evolution", "clusters")]
    if "top1" in settings["objectives"] and proxies(settings):
        names.append("proxies")
    if LOOK_UP in settings["predictors"].values():
        names.append("look_up")
    return names


def module(name: str) -> ModuleType:
    """The module of a figure."""
    return import_module(f"archfront.analytics.{name}")
