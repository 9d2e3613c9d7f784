"""The keys of the config that some tactics use and others ignore.

A key that no tactic of an experiment uses must have its default. A key that one of them uses is
accepted, and the others ignore it. The keys of a tactic follow from the attributes of its class
(:meth:`archfront.search.tactic.Tactic.keys`).
"""

from collections.abc import Mapping

from archfront.config.queries import chosen
from archfront.config.schema import schema
from archfront.core.registry import ConfigError, shown
from archfront.core.types import Config
from archfront.predictors.kinds import LIVE
from archfront.search.tactic import SEARCH_KEYS
from archfront.tactics import FULL, NAMES, base_name, tactic

MEASURED = "full.measured"
HINTS = {"predictors": " (learning_curve.compare names kinds for the learning curves)"}
"""The key that may take the place of a key that no tactic of the experiment uses."""


def keys(name: str) -> tuple[str, ...]:
    """The keys that a tactic uses, of those that not every tactic uses. ConfigError for a tactic
    that is unknown or cannot be imported. A tactic that measures in batches uses the entries of
    ``concurrent.search`` for the keys of ``search`` that it uses."""
    if base_name(name) == FULL:
        return (*SEARCH_KEYS, MEASURED)
    own = tactic(name).keys()
    changes = schema()["properties"]["concurrent"]["properties"]["search"]["items"]["properties"]
    return (*own, *(f"concurrent.search.{key}" for key in changes if f"search.{key}" in own))


def unused(config: Config) -> list[str]:
    """Problems of keys without their default that no tactic of the experiment uses. PopDB runs a
    full search, but measures nothing after it."""
    names, changed = chosen(config), _changed(config)
    try:
        used = {key for name in names for key in keys(name)}
    except ConfigError:
        return []  # the tactic that cannot be imported is another problem
    if config["popdb"]["enabled"]:
        used |= set(SEARCH_KEYS)
    problems = []
    for key, value in changed.items():
        if key not in used and (able := users(key)):
            problems.append(
                f"{key}: {shown(value)} is used by {', '.join(able)}, and tactics has "
                f"{', '.join(names)}; leave it out{HINTS.get(key, '')}"
            )
    return problems + _unused_live(config, changed) + _unused_warm_start(config)


def users(key: str) -> list[str]:
    """The names of the tactics that use a key, without those that cannot be imported."""
    found = []
    for name in NAMES:
        try:
            if key in keys(name):
                found.append(name)
        except ConfigError:
            continue
    return found


def _changed(config: Config) -> dict[str, object]:
    """The values that are not the default, by key: of the sections ``search``, ``full`` and
    ``concurrent``, of the entries of ``concurrent.search``, and of ``predictors``."""
    parts = schema()["properties"]
    found: dict[str, object] = {
        f"{section}.{key}": value
        for section in ("search", "full", "concurrent")
        for key, value in config[section].items()
        if value != parts[section]["properties"][key]["default"]
    }
    for change in config["concurrent"]["search"]:
        found |= {f"concurrent.search.{key}": value for key, value in change.items()}
    if config["predictors"]:
        found["predictors"] = config["predictors"]
    return found


def _unused_live(config: Config, changed: Mapping[str, object]) -> list[str]:
    """Problems of the budget of live objectives: there are none, or the budget is given twice."""
    given = [key for key in changed if key.startswith("concurrent.live")]
    if given and LIVE not in config["predictors"].values():
        return [
            f"{key}: is for predictors of the kind {LIVE!r}, and there is none" for key in given
        ]
    if len(given) == 2:
        return [f"{' and '.join(given)}: give one of them"]
    return []


def _unused_warm_start(config: Config) -> list[str]:
    """Problems of keys of ``warm_start`` where no tactic has a warm start."""
    warm, names = config["warm_start"], list(config["platforms"])
    defaults = {"source": names[0], "target": names[-1]}
    defaults |= dict.fromkeys(("source_tactic", "run", "file"))
    return [
        f"warm_start.{key}: {shown(warm[key])} is for the tactics that warm_start.tactics names, "
        "and it names none; name one, or leave this key out"
        for key, default in defaults.items()
        if not warm["tactics"] and warm[key] != default
    ]
