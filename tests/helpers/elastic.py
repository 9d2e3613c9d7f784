"""Elastic networks of the convolutional super-networks, without memory for their weights."""

from functools import cache

import torch

from archfront.supernets.registry import supernet

EMBEDDED = ["embedded_mobilenetv3", "embedded_resnet"]


@cache
def elastic(name):
    with torch.device("meta"):
        return supernet(name).untrained()
