"""The extras of the package ``archfront``: third-party modules that only some parts need.

``pyproject.toml`` lists the distributions of each extra. A part whose extra is missing says which
extra to install.
"""

from collections.abc import Iterator
from contextlib import contextmanager

EXTRAS = {
    "vision": ("PIL", "matplotlib", "ofa", "torch"),
    "translation": ("babel", "num2words", "sacrebleu", "sacremoses", "sentencepiece", "torch"),
    "report": ("altair", "itables", "jinja2", "markupsafe", "matplotlib", "vl_convert"),
    "onnx": ("onnx", "onnxruntime", "onnxscript"),
    "ui": ("nicegui",),
    "parquet": ("pyarrow",),
    "rivals": ("optuna", "torch", "xgboost"),
}
"""The top-level modules of each extra that the library imports."""


class MissingExtra(ModuleNotFoundError):
    """A module of an extra is not installed. The message says which extra to install."""


@contextmanager
def explained() -> Iterator[None]:
    """Within the context, ModuleNotFoundError for a module of an extra becomes
    :class:`MissingExtra`. Other errors stay as they are. The context is a decorator, too."""
    try:
        yield
    except MissingExtra:
        raise  # it is explained already
    except ModuleNotFoundError as error:
        first, *others = [name for name, modules in EXTRAS.items() if error.name in modules] or [""]
        if not first:
            raise
        also = f" (or the extra {' or '.join(others)})" if others else ""
        told = f'{error}: pip install "archfront[{first}]"{also}'
        raise MissingExtra(told, name=error.name, path=error.path) from error
