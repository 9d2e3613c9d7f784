"""The old path of :mod:`archfront.core.space`."""

from archfront.core.moved import moved

moved(__name__, "archfront.core.space")
