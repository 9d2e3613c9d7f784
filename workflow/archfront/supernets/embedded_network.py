"""The embedded super-network as a torch module: OFA's elastic MobileNetV3, narrow.

The published class with its elastic kernels (transformation matrices), expansion and depth is used
as it is; only the strides are others, for small images.
"""

import torch
from torch import nn

from archfront.supernets.elastic_torch import use_torch_layers
from archfront.supernets.ofa_package import import_ofa

MEAN, SCALE = 127.5, 64.0


def elastic_network(classes: int, strides: tuple[int, ...]) -> nn.Module:
    """The untrained super-network, ``n x 3 x 32 x 32`` in, logits ``n x classes`` out."""
    network = import_ofa().OFAMobileNetV3(
        n_classes=classes,
        dropout_rate=0,
        width_mult=0.25,
        ks_list=[3, 5, 7],
        expand_ratio_list=[3, 4, 6],
        depth_list=[2, 3, 4],
    )
    for stage, stride in zip(network.block_group_info, strides, strict=True):
        block = network.blocks[stage[0]].conv
        block.stride = block.depth_conv.conv.stride = stride
        block.depth_conv.conv.conv.stride = (stride, stride)
    return use_torch_layers(network)


def prepare(images: torch.Tensor) -> torch.Tensor:
    """uint8 images to the network's input: float32, about -2 to 2, channels last."""
    batch = (images.float() - MEAN) / SCALE
    return batch.contiguous(memory_format=torch.channels_last)
