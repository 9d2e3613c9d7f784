"""The one place that imports the ``ofa`` package.

``ofa.utils`` imports its data loader, which needs torchvision; nothing that archfront uses does.
An empty module put in the loader's place before the first import keeps torchvision out.
"""

import sys
from types import ModuleType


def import_ofa() -> ModuleType:
    """Import and return ``ofa``'s elastic networks, without torchvision."""
    sys.modules.setdefault("ofa.utils.my_dataloader", ModuleType("ofa.utils.my_dataloader"))
    from ofa.imagenet_classification.elastic_nn import networks

    return networks
