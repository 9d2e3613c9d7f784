"""The embedded super-networks as torch modules: OFA's elastic networks, narrow.

The published classes with their elastic layers are used as they are; only strides differ, for
small images, and the rounding of ResNet's widths.
"""

from collections.abc import Callable

import torch
from torch import nn

from archfront.supernets import mobilenetv3, resnet
from archfront.supernets.elastic_torch import use_torch_layers
from archfront.supernets.ofa_package import channels_rounded_to, import_ofa

MEAN, SCALE = 127.5, 64.0


def elastic_mobilenetv3(geometry: mobilenetv3.Geometry) -> nn.Module:
    """The untrained super-network, ``n x 3 x 32 x 32`` in, logits ``n x classes`` out."""
    network = import_ofa().OFAMobileNetV3(
        n_classes=geometry.classes,
        dropout_rate=0,
        width_mult=geometry.width_multiplier,
        ks_list=list(mobilenetv3.KERNELS),
        expand_ratio_list=list(mobilenetv3.EXPANSIONS),
        depth_list=list(mobilenetv3.DEPTHS),
    )
    for stage, stride in zip(network.block_group_info, geometry.strides, strict=True):
        block = network.blocks[stage[0]].conv
        block.stride = block.depth_conv.conv.stride = stride
        block.depth_conv.conv.conv.stride = (stride, stride)
    return use_torch_layers(network)


def elastic_resnet(geometry: resnet.Geometry) -> nn.Module:
    """The untrained super-network, ``n x 3 x 32 x 32`` in, logits ``n x classes`` out."""
    with channels_rounded_to(geometry.divisor):
        network = import_ofa().OFAResNets(
            n_classes=geometry.classes,
            dropout_rate=0,
            depth_list=list(resnet.ADDED),
            expand_ratio_list=list(resnet.EXPANSIONS),
            width_mult_list=list(geometry.width_multipliers),
        )
    first = network.input_stem[0]
    first.stride = first.conv.stride = geometry.stem_stride
    first.conv.conv.stride = (geometry.stem_stride, geometry.stem_stride)
    for block in network.blocks:
        # Blocks begin as their short cuts; otherwise training stays at chance for a long time.
        nn.init.zeros_(block.conv3.bn.bn.weight)
    # The elastic blocks round again whenever they are used.
    network.forward = _rounded(network.forward, geometry.divisor)
    network.get_active_subnet = _rounded(network.get_active_subnet, geometry.divisor)
    return use_torch_layers(network)


def _rounded(method: Callable, divisor: int) -> Callable:
    def inside(*arguments, **named):
        with channels_rounded_to(divisor):
            return method(*arguments, **named)

    return inside


def prepare(images: torch.Tensor) -> torch.Tensor:
    """uint8 images to the network's input: float32, about -2 to 2, channels last."""
    batch = (images.float() - MEAN) / SCALE
    return batch.contiguous(memory_format=torch.channels_last)
