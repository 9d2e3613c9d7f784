"""Once-for-All MobileNetV3: five elastic stages, 7371^5 = 2.176e19 distinct sub-networks."""

from archfront.supernets.convolutional.inverted_residual import Geometry


def geometry(
    width_multiplier: float,
    classes: int = 1000,
    strides: tuple[int, ...] = (2, 2, 2, 1, 2),
    resolution: int | None = None,
) -> Geometry:
    """Geometry of the network. Weights are published for the width multipliers 1.0 and 1.2."""
    return Geometry(
        stem=16,
        first=16,
        stages=(24, 40, 80, 112, 160),
        strides=strides,
        squeeze=(False, True, False, True, True),
        single=False,
        final_expansion=960,
        feature_mix=1280,
        width_multiplier=width_multiplier,
        classes=classes,
        resolution=resolution,
    )
