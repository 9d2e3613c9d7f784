"""The one place that imports the ``ofa`` package.

``ofa.utils`` imports its data loader, which needs torchvision. Archfront does not use the data
loader. An empty module replaces the loader before the first import, so torchvision is not needed.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType


def import_ofa() -> ModuleType:
    """Import and return ``ofa``'s elastic networks, without torchvision."""
    sys.modules.setdefault("ofa.utils.my_dataloader", ModuleType("ofa.utils.my_dataloader"))
    from ofa.imagenet_classification.elastic_nn import networks

    return networks


@contextmanager
def channels_rounded_to(divisor: int) -> Iterator[None]:
    """Context in which ``ofa`` rounds every width to a multiple of ``divisor``.

    ``ofa`` rounds to multiples of one global number, 8. This is too coarse for a narrow ResNet: all
    its expansion ratios would give the same width.
    """
    import_ofa()
    from ofa.utils import MyNetwork

    usual = MyNetwork.CHANNEL_DIVISIBLE
    MyNetwork.CHANNEL_DIVISIBLE = divisor
    try:
        yield
    finally:
        MyNetwork.CHANNEL_DIVISIBLE = usual
