"""The list of figures. Each is a module beside this one, with

``inputs(settings)``          the files it reads, relative to the experiment's folder;
``table(folder, settings)``   the data it shows, one tidy table;
``draw(table, settings)``     the matplotlib figure;
``CAPTION``                   what the report says below it.
"""

from importlib import import_module
from types import ModuleType

ALWAYS = (
    "fronts",
    "hypervolume",
    "concurrent_evolution",
    "search_evolution",
    "predictor_error",
    "actual_predicted",
)


def figure_names(settings: dict) -> list[str]:
    """The figures of an experiment."""
    return [*ALWAYS, "clusters"] if settings["popdb"]["enabled"] else list(ALWAYS)


def module(name: str) -> ModuleType:
    """The module of a figure."""
    return import_module(f"archfront.analytics.{name}")
