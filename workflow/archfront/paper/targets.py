"""The targets (figures and tables) in the paper's order. Each is a module in this folder, with

``TITLE``, ``CAPTION``       its title, and the text below it;
``SAYS``                     the paper's statement or numbers at this place;
``ROLES``                    the roles of the experiments that it shows;
``inputs(study)``            the files it reads, relative to the folder of all results;
``table(results, study)``    the data, one tidy table;
``draw(table, study)``       the matplotlib figure, if the target is a figure.
"""

from importlib import import_module
from types import ModuleType

FIGURES = (
    *("fig3", "fig4", "fig5", "fig6", "fig7", "fig8", "fig9", "fig10", "fig11", "fig12", "popdb"),
    *("fig13", "fig14", "fig15", "values"),
)
TABLES = "table1", "table2", "table3", "tactics"
ORDER = (
    *("fig3", "fig4", "table1", "fig5", "fig6", "values", "fig7", "fig8", "fig9", "fig10"),
    *("tactics", "fig11", "table2", "fig12", "popdb", "fig13", "fig14", "fig15", "table3"),
)
DEVICES = "table1", "fig5", "fig6", "values", "fig15", "table3"
SETTINGS = {"scaled": ORDER, "full": ORDER, "devices": DEVICES, "dry": ORDER}
"""The targets of each setting."""


def module(name: str) -> ModuleType:
    """The module of a target."""
    return import_module(f"archfront.paper.{name}")
