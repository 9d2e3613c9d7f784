"""Import of fairseq 0.12.2. No other module imports it; it is installed separately
(docs/translation.md)."""

import dataclasses
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from archfront.core.registry import ConfigError

PATCHED = "fairseq", "hydra", "omegaconf"


@cache
def import_fairseq() -> ModuleType:
    """Import fairseq so that it works on Python 3.11. ConfigError if it is not installed.

    The data classes of fairseq have data classes as defaults. Python 3.11 requires such defaults to
    be hashable, so that the data classes of :data:`PATCHED` are made hashable. The same change to
    all packages would break torch.
    """
    genuine = dataclasses.dataclass

    def patched(cls: type | None = None, **given: Any) -> Any:
        def wrapped(cls: type) -> type:
            if cls.__module__.partition(".")[0] in PATCHED:
                given.setdefault("unsafe_hash", True)
            return genuine(cls, **given)

        return wrapped if cls is None else wrapped(cls)

    dataclasses.dataclass = patched
    try:
        import fairseq
        import fairseq.data.data_utils  # noqa: F401 (adds an attribute to fairseq)
    except ImportError as error:
        raise ConfigError(
            f"supernet.data: binarised text needs fairseq ({error}); `make fairseq` installs it, "
            "and plain text does without"
        ) from error
    finally:
        dataclasses.dataclass = genuine
    return fairseq


def sentences(prefix: Path) -> list[list[int]]:
    """The tokens of each sentence in ``<prefix>.bin`` and ``<prefix>.idx``. ConfigError if they
    cannot be read."""
    found = import_fairseq().data.data_utils.load_indexed_dataset(str(prefix))
    if found is None:
        raise ConfigError(f"{prefix}.idx does not exist or cannot be read")
    return [sentence.tolist() for sentence in found]
