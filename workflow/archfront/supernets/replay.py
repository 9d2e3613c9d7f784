"""The old path of :mod:`archfront.rehearsal`."""

from archfront.core.deprecated_paths import moved

moved(__name__, "archfront.rehearsal")
