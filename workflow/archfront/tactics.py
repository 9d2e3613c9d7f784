"""The tactics by name: archfront's searches and the baselines."""

from typing import TYPE_CHECKING, cast

from archfront.core.registry import find

if TYPE_CHECKING:  # a module that needs only the names does not depend on the searches
    from archfront.search.tactic import Tactic

TACTICS = {
    "concurrent": "archfront.search.concurrent:ConcurrentNAS",
    "concurrent_paper": "archfront.search.concurrent:PublishedConcurrentNAS",
    "validation": "archfront.search.validation:ValidationSearch",
    "random": "archfront.baselines.random_search:RandomSearch",
    "once_for_all": "archfront.baselines.once_for_all:OnceForAllSearch",
    "weaknas": "archfront.baselines.weaknas:WeakNAS",
    "nsganetv2": "archfront.baselines.nsganetv2:NSGANetV2",
    "optuna_nsga2": "archfront.baselines.optuna_search:OptunaNSGA2",
    "optuna_tpe": "archfront.baselines.optuna_search:OptunaTPE",
    "lanas": "archfront.baselines.lanas:LaNAS",
    "seminas": "archfront.baselines.seminas:SemiNAS",
}
"""The tactics that measure in batches, by name: first archfront's searches, then the baselines."""
PUBLISHED, OWN = CONCURRENT = "concurrent_paper", "concurrent"
"""ConcurrentNAS: Algorithm 1 as published, and archfront's."""
FULL = "full"
"""The tactic without batches: a long search on predictors that are trained once."""
NAMES = FULL, *TACTICS


def tactic(name: str) -> "type[Tactic]":
    """The class of a tactic that measures in batches. Raises ConfigError for an unknown name."""
    return cast("type[Tactic]", find("tactics", base_name(name), TACTICS))


def in_batches(name: str) -> bool:
    """Whether this is the name of a tactic that measures in batches. ``full`` is not."""
    return base_name(name) in TACTICS


def base_name(name: str) -> str:
    """The name without its suffix. A suffix (``_warm``, ``_popdb``) names a start or a constrained
    space. It does not change the tactic."""
    return name if name in NAMES else name.rpartition("_")[0]
