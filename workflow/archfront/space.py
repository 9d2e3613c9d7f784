"""The old path of :mod:`archfront.core.space`."""

from archfront.core.deprecated_paths import moved

moved(__name__, "archfront.core.space")
