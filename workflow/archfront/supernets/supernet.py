"""The old path of :mod:`archfront.core.supernet`."""

from archfront.core.moved import moved

moved(__name__, "archfront.core.supernet")
