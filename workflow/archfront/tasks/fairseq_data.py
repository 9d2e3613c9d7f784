"""The one place that imports fairseq, 0.12.2, which is installed apart (docs/translation.md)."""

import dataclasses
from functools import cache
from pathlib import Path
from types import ModuleType

from archfront.core.registry import ConfigError

PATCHED = "fairseq", "hydra", "omegaconf"


@cache
def import_fairseq() -> ModuleType:
    """fairseq, made to work on Python 3.11: its data classes have data classes as defaults, which
    must be hashable since. Applied to all packages this breaks torch."""
    genuine = dataclasses.dataclass

    def patched(cls: type | None = None, **given):
        def wrapped(cls: type) -> type:
            if cls.__module__.partition(".")[0] in PATCHED:
                given.setdefault("unsafe_hash", True)
            return genuine(cls, **given)

        return wrapped if cls is None else wrapped(cls)

    dataclasses.dataclass = patched
    try:
        import fairseq
        import fairseq.data.data_utils
    except ImportError as error:
        raise ConfigError(
            f"supernet.data: binarised text needs fairseq ({error}); `make fairseq` installs it, "
            "and plain text does without"
        ) from error
    finally:
        dataclasses.dataclass = genuine
    return fairseq


def sentences(prefix: Path) -> list[list[int]]:
    """Tokens of each sentence in ``<prefix>.bin`` and ``<prefix>.idx``."""
    found = import_fairseq().data.data_utils.load_indexed_dataset(str(prefix))
    if found is None:
        raise ConfigError(f"{prefix}.idx does not exist or cannot be read")
    return [sentence.tolist() for sentence in found]
