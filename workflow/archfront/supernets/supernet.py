"""The old path of :mod:`archfront.core.supernet`."""

from archfront.core.deprecated_paths import moved

moved(__name__, "archfront.core.supernet")
