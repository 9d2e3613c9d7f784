"""Names in the config: of what is built in, or ``package.module:Object`` of the user's own."""

import difflib
import importlib
from collections.abc import Iterable, Mapping


class ConfigError(ValueError):
    """What is wrong with a config, where, and what is allowed; made to be shown to a person."""


def find(key: str, name: str, built_in: Mapping[str, object]) -> object:
    """The object of this name; ``built_in`` may hold ``module:Object`` strings, to import late.

    Raises :class:`ConfigError` that names the config's ``key`` where there is no such thing.
    """
    found = built_in.get(name, name)
    if not isinstance(found, str):
        return found
    module, _, attribute = found.partition(":")
    if not attribute:
        raise ConfigError(
            f"{key}: {name!r} is unknown; allowed: {', '.join(built_in)} or "
            f"package.module:Object of your own{nearest(name, built_in)}"
        )
    try:
        return getattr(importlib.import_module(module), attribute)
    except Exception as error:  # whatever the user's module raises
        reason = f"{type(error).__name__}: {error}"
        raise ConfigError(f"{key}: {name!r} cannot be imported: {reason}") from error


def nearest(word: object, known: Iterable) -> str:
    """`` (did you mean ...?)``, or nothing if no known spelling is near."""
    close = difflib.get_close_matches(str(word), [str(k) for k in known], 1)
    return f" (did you mean {close[0]!r}?)" if close else ""
