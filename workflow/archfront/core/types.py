"""Names of types that the signatures of several modules use.

The values of a mapping from a file (the config, a record) have the types that its schema states. A
type checker does not see them, so that they are ``Any`` here.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

Config = Mapping[str, Any]
"""An experiment's config with all defaults, or a section of it."""
Settings = dict[str, Any]
"""The section ``measurement`` of a config, which super-networks and objectives get."""
Facts = dict[str, Any]
"""Facts as JSON values, by their names: what a value depends on, or what is told to a reader."""
Value = Any
"""A value of an elastic parameter: a number or a text. The values of one parameter can be
compared."""

Indices = NDArray[np.integer[Any]]
"""Whole numbers: a population, row numbers, labels."""
Floats = NDArray[np.float64]
Booleans = NDArray[np.bool_]
