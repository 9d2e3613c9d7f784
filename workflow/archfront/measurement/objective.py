"""The old path of :mod:`archfront.core.objective`."""

from archfront.core.moved import moved

moved(__name__, "archfront.core.objective")
