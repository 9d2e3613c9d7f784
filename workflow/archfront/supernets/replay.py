"""The old path of :mod:`archfront.rehearsal`."""

from archfront.core.moved import moved

moved(__name__, "archfront.rehearsal")
