"""OFA's elastic networks as torch modules, made from the geometry that also gives their costs.

The modules are the published classes with their elastic layers. Properties in which a geometry
differs (strides for small images, the rounding of narrow widths) are changed on the modules.
"""

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from archfront.supernets.convolutional import inverted_residual, resnet
from archfront.supernets.convolutional.elastic_torch import ElasticNetwork, use_torch_layers
from archfront.supernets.convolutional.ofa_package import channels_rounded_to, import_ofa

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


def elastic(geometry: inverted_residual.Geometry | resnet.Geometry) -> ElasticNetwork:
    """The untrained super-network of a geometry."""
    if isinstance(geometry, resnet.Geometry):
        return elastic_resnet(geometry)
    return elastic_inverted_residual(geometry)


def elastic_inverted_residual(geometry: inverted_residual.Geometry) -> ElasticNetwork:
    """The untrained MobileNetV3 or ProxylessNAS: from images ``n x 3 x r x r`` to logits."""
    networks = import_ofa()
    family = networks.OFAProxylessNASNets if geometry.single else networks.OFAMobileNetV3
    network = family(
        n_classes=geometry.classes,
        dropout_rate=0,
        width_mult=geometry.width_multiplier,
        ks_list=list(inverted_residual.KERNELS),
        expand_ratio_list=list(inverted_residual.EXPANSIONS),
        depth_list=list(inverted_residual.DEPTHS),
    )
    for stage, stride in zip(network.block_group_info, geometry.strides, strict=True):
        block = network.blocks[stage[0]].conv
        block.stride = block.depth_conv.conv.stride = stride
        block.depth_conv.conv.conv.stride = (stride, stride)
    return use_torch_layers(network)


def elastic_resnet(geometry: resnet.Geometry) -> ElasticNetwork:
    """The untrained ResNet50: from images ``n x 3 x r x r`` to logits."""
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
    # The elastic blocks round their widths again at each use.
    network.forward = _rounded(network.forward, geometry.divisor)
    network.get_active_subnet = _rounded(network.get_active_subnet, geometry.divisor)
    return use_torch_layers(network)


def _rounded(method: Callable[Parameters, Result], divisor: int) -> Callable[Parameters, Result]:
    def inside(*arguments: Parameters.args, **named: Parameters.kwargs) -> Result:
        with channels_rounded_to(divisor):
            return method(*arguments, **named)

    return inside
