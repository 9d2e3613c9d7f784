"""The one place that imports the ``ofa`` package.

``ofa.utils`` imports its data loader, which needs torchvision; nothing that archfront uses does.
An empty module put in the loader's place before the first import keeps torchvision out.
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
    """``ofa`` rounds every width to a multiple of one global number, 8: too coarse for a narrow
    ResNet, all of whose expansion ratios would give the same width."""
    import_ofa()
    from ofa.utils import MyNetwork

    usual = MyNetwork.CHANNEL_DIVISIBLE
    MyNetwork.CHANNEL_DIVISIBLE = divisor
    try:
        yield
    finally:
        MyNetwork.CHANNEL_DIVISIBLE = usual
