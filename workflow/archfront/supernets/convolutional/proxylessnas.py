"""Once-for-All ProxylessNAS: five elastic stages and a sixth stage of one block.

The kernel size and the expansion ratio of the sixth stage's block are elastic, too. The space has
9 x 7371^5 distinct sub-networks.
"""

from archfront.supernets.convolutional.inverted_residual import Geometry


def geometry(width_multiplier: float, classes: int = 1000) -> Geometry:
    """Geometry of the network. Weights are published for the width multiplier 1.3."""
    return Geometry(
        stem=32,
        first=16,
        stages=(24, 40, 80, 96, 192, 320),
        strides=(2, 2, 2, 1, 2, 1),
        squeeze=(False,) * 6,
        single=True,
        final_expansion=0,
        feature_mix=1280,
        width_multiplier=width_multiplier,
        classes=classes,
    )
