"""Names in the config: the name of a built-in object, or ``package.module:Object`` of a plug-in.

Importing a plug-in runs the code of its module. Nothing that a config names is called before its
kind is checked: see the callers of :func:`find`.
"""

import difflib
import importlib
from collections.abc import Iterable, Mapping
from operator import attrgetter

from archfront.core.extras import explained
from archfront.core.working_folder import kept_folder


class ConfigError(ValueError):
    """A problem of a config. The message is for people: it names the place, the problem and the
    allowed values."""


def find(key: str, name: str, built_in: Mapping[str, object]) -> object:
    """The object of this name. ``built_in`` may hold ``module:Object`` strings; these objects are
    imported at this call.

    Raises :class:`ConfigError`, which names the config's ``key``, if the name is unknown or the
    import fails.
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
        with explained(), kept_folder():
            return attrgetter(attribute)(importlib.import_module(module))
    except (Exception, SystemExit) as error:  # whatever the user's module raises
        reason = f"{type(error).__name__}: {error}"
        raise ConfigError(f"{key}: {name!r} cannot be imported: {reason}") from error


TOLD = 20
"""The largest number of problems, of unknown keys of a section, and of the user's names in a
message, that are told."""


def shown(value: object) -> str:
    """A key, a value or a message as a text of one line, at most 200 characters long."""
    try:
        text = value if isinstance(value, str) and value.isprintable() else ascii(value)
    except ValueError:  # of an integer with more than 4,300 digits
        text = f"a {type(value).__name__}"
    return text if len(text) <= 200 else f"{text[:95]} ... {text[-95:]}"


def listed(names: Iterable[object]) -> str:
    """The first :data:`TOLD` of these names, and how many more there are."""
    texts = list(names)
    more = [f"... ({len(texts) - TOLD:,} more)"] if len(texts) > TOLD else []
    return ", ".join([*(shown(name) for name in texts[:TOLD]), *more])


def told(found: object) -> str:
    """The kind of an object, for messages. The text of the object is not used: it may be long, or
    hold secrets, as that of ``os:environ`` does."""
    if isinstance(found, type):
        return f"the class {found.__module__}.{found.__qualname__}"
    return f"an object of the type {type(found).__name__}"


def nearest(word: object, known: Iterable[object]) -> str:
    """`` (did you mean ...?)``, or an empty text if no known spelling is near."""
    close = difflib.get_close_matches(str(word), [str(k) for k in known], 1)
    return f" (did you mean {close[0]!r}?)" if close else ""
