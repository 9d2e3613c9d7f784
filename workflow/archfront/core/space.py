"""Search spaces: elastic parameters, canonical form, counting, sampling, encodings, constraints.

A *population* is one integer array ``n x p``: row = sub-network, column = elastic parameter,
entry = index into that parameter's ``values``. In *canonical form* the entries of inactive
parameters are :data:`INACTIVE`. Two rows describe the same sub-network if, and only if, their
canonical forms are equal.

A *configuration* is the form for people and files: a mapping ``kind -> list of values`` such as
``{"ks": [3, 7, ...], "e": [...], "d": [...]}``. A configuration in canonical form has ``None``
where a parameter is inactive.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import prod

import numpy as np

from archfront.core.files import DIGITS
from archfront.core.plain import plain
from archfront.core.types import Booleans, Floats, Indices, Value

INACTIVE = -1
"""Entry of an inactive parameter in canonical form; never a legal index."""

MOST_VALUES = 2**15 - 1
"""Largest number of values of a parameter: an entry of a population is an int16."""

Configuration = dict[str, list[Value]]


@dataclass(frozen=True)
class ElasticParameter:
    """One dimension along which sub-networks differ.

    kind:       name of the kind, e.g. ``"ks"``; parameters of one kind are numbered in order.
    values:     the legal values, in ascending order of size: numbers or texts. A table holds them
                with 10 significant digits.
    controller: index, in the space, of the parameter that switches this one on and off, or None.
    threshold:  the parameter is active where the controller's *value* is at least this; unused
                without a controller.
    follows:    one value of this parameter per value of the controller, in the controller's order.
                The parameter's entry in a population is then ignored. None: the parameter is free.
    aliases:    pairs (other number, value); the other number is read as the value.
    """

    kind: str
    values: tuple[Value, ...]
    controller: int | None = None
    threshold: float = 0
    follows: tuple[Value, ...] | None = None
    aliases: tuple[tuple[Value, Value], ...] = ()

    def __post_init__(self) -> None:
        """Numbers of numpy and torch become plain numbers, which JSON and digests can hold."""
        for field in ("values", "follows", "aliases"):
            given = getattr(self, field)
            if given is not None:
                told = plain(tuple(given), f"{field} of the elastic parameter {self.kind!r}")
                object.__setattr__(self, field, _tuples(told))
        threshold = plain(self.threshold, f"threshold of the elastic parameter {self.kind!r}")
        object.__setattr__(self, "threshold", threshold)

    @cached_property
    def cells(self) -> dict[str, int]:
        """The index of the value that a cell of a table stands for, by the :func:`cell` of each
        value and each alias."""
        others = {cell(other): self.index(value) for other, value in self.aliases}
        return others | {cell(value): index for index, value in enumerate(self.values)}

    def index(self, value: Value) -> int:
        """Index of ``value`` in ``values``, or :data:`INACTIVE` if it is no legal value."""
        value = dict(self.aliases).get(value, value)
        return self.values.index(value) if value in self.values else INACTIVE


class SearchSpace:
    """An ordered list of elastic parameters; immutable.

    Raises ValueError if the values of a parameter are not distinct, if a parameter has no value or
    more than :data:`MOST_VALUES`, if a value cannot come back from a table, or if a controller has
    a controller.
    """

    def __init__(self, parameters: Iterable[ElasticParameter]):
        self.parameters = tuple(parameters)
        for parameter in self.parameters:
            if len(set(parameter.values)) != len(parameter.values) or not parameter.values:
                raise ValueError(f"values must be distinct and at least one: {parameter}")
            if len(parameter.values) > MOST_VALUES:
                raise ValueError(
                    f"{parameter.kind!r} has {len(parameter.values):,} values; allowed: at most "
                    f"{MOST_VALUES:,} values"
                )
            _check_cells(parameter)
            if parameter.controller is not None:
                controller = self.parameters[parameter.controller]
                if controller.controller is not None:
                    raise ValueError(f"a controller cannot be controlled itself: {parameter}")

    def __len__(self) -> int:
        return len(self.parameters)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Name ``kind_number`` of each parameter, e.g. ``ks_0``: its column name in every table."""
        seen: dict[str, int] = {}
        names = []
        for parameter in self.parameters:
            number = seen.setdefault(parameter.kind, 0)
            names.append(f"{parameter.kind}_{number}")
            seen[parameter.kind] += 1
        return tuple(names)

    @cached_property
    def kinds(self) -> tuple[str, ...]:
        """The kinds in order of first appearance."""
        return tuple(dict.fromkeys(p.kind for p in self.parameters))

    @cached_property
    def cardinalities(self) -> Indices:
        """Number of values of each parameter, int64 ``p``."""
        return np.array([len(p.values) for p in self.parameters])

    # -- identity ---------------------------------------------------------------------------------

    @cached_property
    def digest(self) -> str:
        """The identity of the space: 16 hexadecimal digits, the same in all processes, machines and
        versions. Two spaces have the same digest if, and only if, they have the same elastic
        parameters in the same order: names, values, aliases, controllers, and the values of the
        controllers for which a parameter is active, or that it follows."""
        _, enough = self._switches
        described = [
            [name, p.values, p.aliases, p.controller, active.tolist(), p.follows]
            for name, p, active in zip(self.names, self.parameters, enough, strict=True)
        ]
        return hashlib.sha256(json.dumps(described).encode()).hexdigest()[:16]

    def active(self, population: Indices) -> Booleans:
        """True where the parameter is active: bool ``n x p``."""
        controllers, enough = self._switches
        # A search calls this often with small populations. One gather from a flat table is fast.
        place = np.arange(len(self)) * enough.shape[1]
        places: Indices = place + population.take(controllers, axis=1)
        return enough.ravel().take(places)

    @cached_property
    def _switches(self) -> tuple[Indices, Booleans]:
        """For each parameter: the column of its controller (its own column if it has none), int64
        ``p``; and whether it is active for each index of that column, bool ``p x values``."""
        controllers = np.arange(len(self))
        enough = np.ones((len(self), self.cardinalities.max(initial=1)), bool)
        for column, parameter in enumerate(self.parameters):
            if parameter.controller is not None:
                controllers[column] = parameter.controller
                values = self.parameters[parameter.controller].values
                enough[column, : len(values)] = [v >= parameter.threshold for v in values]
        return controllers, enough

    def settled(self, population: Indices) -> Indices:
        """The population in which each following parameter has the value that its controller
        requires. The other entries stay as they are."""
        population = np.asarray(population)
        following = [
            (c, p, p.follows) for c, p in enumerate(self.parameters) if p.follows is not None
        ]
        if following:
            population = population.copy()
        for column, parameter, values in following:
            follows = np.array([parameter.values.index(v) for v in values])
            population[:, column] = follows[population[:, parameter.controller]]
        return population

    def canonical(self, population: Indices) -> Indices:
        """The population in canonical form, inactive entries :data:`INACTIVE`: int16 ``n x p``."""
        population = self.settled(population)
        return np.where(self.active(population), population, INACTIVE).astype(np.int16)

    def first_occurrences(self, population: Indices) -> Indices:
        """Sorted numbers of the rows whose sub-network is in no earlier row."""
        rows = np.ascontiguousarray(self.canonical(population))
        _, first = np.unique(rows.view([("", rows.dtype)] * rows.shape[1]), return_index=True)
        return np.sort(first)

    def keys(self, population: Indices) -> list[bytes]:
        """A hashable identity per row. Two rows have the same identity if, and only if, they are
        the same sub-network of this space."""
        return [row.tobytes() for row in self.canonical(population)]

    def hashes(self, population: Indices) -> Indices:
        """A hash per row, faster than :meth:`keys`: uint64 ``n``. Equal sub-networks have equal
        hashes. Two different sub-networks have the same hash once in 2^63 cases."""
        hashes: Indices = self.canonical(population).astype(np.uint64) @ self._multipliers
        return hashes

    @cached_property
    def _multipliers(self) -> Indices:
        drawn = np.random.default_rng(0).integers(0, 2**63, len(self), dtype=np.uint64)
        return 2 * drawn + np.uint64(1)

    @property
    def size(self) -> int:
        """Exact number of distinct sub-networks."""
        controlled: dict[int, list[ElasticParameter]] = {}
        for parameter in self.parameters:
            if parameter.controller is not None:
                controlled.setdefault(parameter.controller, []).append(parameter)
        total = 1
        for column, parameter in enumerate(self.parameters):
            if parameter.controller is None:
                free = [c for c in controlled.get(column, ()) if c.follows is None]
                total *= sum(
                    prod(len(c.values) for c in free if v >= c.threshold) for v in parameter.values
                )
        return total

    @property
    def raw_size(self) -> int:
        """Number of genotypes: rows that differ only in inactive parameters count separately."""
        return prod(len(p.values) for p in self.parameters)

    # -- sampling ---------------------------------------------------------------------------------

    def sample(self, count: int, seed: int | Sequence[int]) -> Indices:
        """``count`` distinct random sub-networks: int16 ``count x p``, not in canonical form.

        Each parameter is drawn uniformly over its values. Prefix-stable: the first 500 of 1,000
        sub-networks are the 500 sub-networks of the same seed. ValueError if the space has fewer
        than ``count`` sub-networks.
        """
        if count > self.size:
            raise ValueError(f"{count} samples asked for, the space has only {self.size}")
        rng = np.random.default_rng(seed)
        drawn = np.empty((0, len(self)), np.int16)
        kept: Indices = np.empty(0, np.int64)
        while len(kept) < count:
            more = (rng.random((max(count, 64), len(self))) * self.cardinalities).astype(np.int16)
            drawn = np.concatenate([drawn, more])
            kept = self.first_occurrences(drawn)
        return drawn[kept[:count]]

    def spread(self, count: int, seed: int | Sequence[int]) -> Indices:
        """``count`` distinct sub-networks from small to large: int16 ``count x p``, not in
        canonical form.

        Each sub-network has a size ``t`` between 0 and 1. Each of its parameters takes the value
        number ``v`` with a probability in proportion to ``(t / (1 - t))^v``. For ``t = 0.5`` the
        draw is uniform; near 0 it gives the first value, near 1 the last value. The uniform draws
        of :meth:`sample` nearly all have a middle size.

        The sizes of every prefix are spread evenly. Prefix-stable like :meth:`sample`. ValueError
        if the space has fewer than ``count`` sub-networks.
        """
        if count > self.size:
            raise ValueError(f"{count} samples asked for, the space has only {self.size}")
        rng = np.random.default_rng(seed)
        offset, drawn = rng.random(), np.empty((0, len(self)), np.int16)
        kept: Indices = np.empty(0, np.int64)
        values = np.arange(self.cardinalities.max(initial=1))
        legal = values < self.cardinalities[:, None]
        while len(kept) < count:
            number = len(drawn) + np.arange(max(count, 64))
            # Any number of multiples of the golden ratio, modulo 1, fills [0, 1) evenly.
            size = (offset + number * (np.sqrt(5) - 1) / 2) % 1
            odds = ((size / (1 - size))[:, None, None] ** values) * legal
            share = np.cumsum(odds, axis=2) / odds.sum(axis=2, keepdims=True)
            more = (share < rng.random((len(number), len(self), 1))).sum(axis=2)
            more = np.minimum(more, self.cardinalities - 1).astype(np.int16)
            drawn = np.concatenate([drawn, more])
            kept = self.first_occurrences(drawn)
        return drawn[kept[:count]]

    def extremes(self) -> Indices:
        """The smallest and the largest sub-network (first and last values): int16 ``2 x p``."""
        return np.stack([np.zeros(len(self)), self.cardinalities - 1]).astype(np.int16)

    # -- encodings --------------------------------------------------------------------------------

    def one_hot(self, population: Indices) -> Floats:
        """One-hot encoding, one column per value of each parameter: float64
        ``n x sum(cardinalities)``. The columns of an inactive parameter are all 0."""
        columns, values = self._one_hot_columns
        ones: Booleans = self.canonical(population)[:, columns] == values
        return ones.astype(float)

    @cached_property
    def _one_hot_columns(self) -> tuple[Indices, Indices]:
        """The parameter and the value index of each column of :meth:`one_hot`."""
        values = [np.arange(cardinality) for cardinality in self.cardinalities]
        return np.repeat(np.arange(len(self)), self.cardinalities), np.concatenate(values)

    # -- configurations ---------------------------------------------------------------------------

    def decode(self, population: Indices, fill: bool = False) -> list[Configuration]:
        """The configurations of a population, in canonical form. With ``fill``, an inactive
        parameter has its smallest value instead of None."""
        configurations = []
        for row in self.canonical(population):
            configuration: Configuration = {kind: [] for kind in self.kinds}
            for parameter, index in zip(self.parameters, row, strict=True):
                blank = parameter.values[0] if fill else None
                value = blank if index == INACTIVE else parameter.values[index]
                configuration[parameter.kind].append(value)
            configurations.append(configuration)
        return configurations

    def encode(self, configurations: Iterable[Mapping[str, Sequence[Value]]]) -> Indices:
        """The population of these configurations; the inverse of :meth:`decode`.

        An inactive parameter may hold None or any value; an active one must hold a legal value.
        A missing, superfluous or illegal value raises ValueError, which names the place.
        """
        rows, configurations = [], list(configurations)
        for number, configuration in enumerate(configurations):
            where = f"configuration {number}"
            if set(configuration) != set(self.kinds):
                raise ValueError(f"{where} has {sorted(configuration)}, not {sorted(self.kinds)}")
            row, place = [], dict.fromkeys(self.kinds, 0)
            for name, parameter in zip(self.names, self.parameters, strict=True):
                values = configuration[parameter.kind]
                position = place[parameter.kind]
                place[parameter.kind] += 1
                if position >= len(values):
                    raise ValueError(f"{where}: {parameter.kind!r} has only {len(values)} values")
                row.append(parameter.index(values[position]))
                # The controller may come later in the row, so that whether this parameter is
                # active is known only when the row is complete.
                if row[-1] == INACTIVE and parameter.controller is None:
                    raise ValueError(_illegal(where, name, values[position], parameter.values))
            for kind, count in place.items():
                if len(configuration[kind]) != count:
                    raise ValueError(
                        f"{where}: {kind!r} has {len(configuration[kind])} values, not {count}"
                    )
            rows.append(row)
        population = np.array(rows, np.int16).reshape(-1, len(self))
        for number, column in np.argwhere(self.refused(population)):
            name, parameter = self.names[column], self.parameters[column]
            value = configurations[number][parameter.kind][int(name.rsplit("_", 1)[1])]
            values = self.permitted(population[number], column)
            raise ValueError(_illegal(f"configuration {number}", name, value, values))
        return np.where(population == INACTIVE, 0, population).astype(np.int16)

    def refused(self, population: Indices) -> Booleans:
        """True for an active entry that is blank (:data:`INACTIVE`), or that differs from the value
        that its controller requires: bool ``n x p``.

        The entry of a parameter without a controller must not be blank.
        """
        wrong: Booleans = (population == INACTIVE) | (population != self.settled(population))
        return wrong & self.active(population)

    def permitted(self, row: Indices, column: int) -> tuple[Value, ...]:
        """The values that the parameter of this column may have in this row."""
        parameter = self.parameters[column]
        if parameter.follows is None:
            return parameter.values
        return (parameter.follows[row[parameter.controller]],)

    def digests(self, population: Indices) -> list[str]:
        """The identity of each sub-network: 16 hexadecimal digits, from its values.

        The digest of a sub-network is the same in every constrained version of a space. It must
        never change, because the measurement store and all tables use it.
        """
        return [configuration_digest(c) for c in self.decode(population)]

    # -- constraints ------------------------------------------------------------------------------

    def constrain(self, allowed: Mapping[str, Sequence[Value]]) -> "SearchSpace":
        """The space with fewer values: ``allowed`` maps parameter names to the values that stay.

        A parameter that follows its controller keeps all its values, and ``allowed`` has no effect
        on it. ValueError for an unknown name, an illegal value, or a parameter without a value.
        """
        self._check_names(allowed)
        kept = []
        for name, parameter in zip(self.names, self.parameters, strict=True):
            keep = allowed.get(name, parameter.values)
            illegal = set(keep) - set(parameter.values)
            if illegal or not keep:
                raise ValueError(_illegal("constraint", name, sorted(illegal), parameter.values))
            kept.append(tuple(v for v in parameter.values if v in keep))
        parameters = []
        for parameter, values in zip(self.parameters, kept, strict=True):
            follows, controller = parameter.follows, parameter.controller
            if follows is not None and controller is not None:
                before = self.parameters[controller].values
                pairs = zip(before, follows, strict=True)
                follows = tuple(v for c, v in pairs if c in kept[controller])
                values = parameter.values
            parameters.append(replace(parameter, values=values, follows=follows))
        return SearchSpace(parameters)

    def couple(self, pairs: Mapping[str, Sequence[Sequence[Value]]]) -> "SearchSpace":
        """The space in which the named parameters follow their controllers.

        pairs: per name a pair ``[value of the controller, value of the parameter]`` for each value
               of the controller; further pairs are ignored.

        ValueError for an unknown name, a parameter without a controller, a missing pair or an
        illegal value.
        """
        self._check_names(pairs)
        parameters = list(self.parameters)
        for name in pairs:
            column = self.names.index(name)
            parameter, table = parameters[column], {c: v for c, v in pairs[name]}
            if parameter.controller is None:
                raise ValueError(f"constraint: {name} has no controller to follow")
            follows = tuple(table.get(v) for v in parameters[parameter.controller].values)
            if not set(follows) <= set(parameter.values):
                raise ValueError(_illegal("constraint", name, follows, parameter.values))
            parameters[column] = replace(parameter, follows=follows)
        return SearchSpace(parameters)

    def _check_names(self, names: Iterable[str]) -> None:
        unknown = set(names) - set(self.names)
        if unknown:
            raise ValueError(f"unknown elastic parameters in the constraint: {sorted(unknown)}")

    def contained_in(self, population: Indices, target: "SearchSpace") -> Booleans:
        """True for each row that is a sub-network of ``target``, a version of this space with other
        values: bool ``n``."""
        refused: Booleans = np.any(target.refused(self._translated(population, target)), axis=1)
        return ~refused

    def convert(self, population: Indices, target: "SearchSpace") -> Indices:
        """The same sub-networks as rows of ``target``, a version of this space with other values.

        Raises ValueError if a row is no sub-network of ``target``.
        """
        if target is self:
            return self.settled(population)
        rows = self._translated(population, target)
        if target.refused(rows).any():
            raise ValueError("the population has values that the target space does not have")
        return np.where(rows == INACTIVE, 0, rows)

    def _translated(self, population: Indices, target: "SearchSpace") -> Indices:
        """Indices into the values of ``target``, :data:`INACTIVE` for a value that ``target``
        lacks: int16 ``n x p``."""
        population = self.settled(population)
        rows = np.zeros(population.shape, np.int16)
        pairs = zip(self.parameters, target.parameters, strict=True)
        for column, (ours, theirs) in enumerate(pairs):
            table = np.array([theirs.index(v) for v in ours.values])
            rows[:, column] = table[population[:, column]]
        return rows


def cell(value: Value) -> str:
    """The text that a value has in a table: a number, or a text that reads as a number, has 10
    significant digits. It is the same for what a reader of the table makes of the value."""
    try:
        return DIGITS % (float(value) + 0.0)  # not "-0", which a reader takes for the integer 0
    except (TypeError, ValueError):
        return str(value)


def _check_cells(parameter: ElasticParameter) -> None:
    """ValueError if a value does not come back from a table, or if two values are one there."""
    for value in parameter.values:
        if isinstance(value, str):
            kept = value.isprintable() and value == value.strip() != ""
            kept &= value.lower() not in ("true", "false")
        else:
            kept = isinstance(value, int | float) and abs(value) < 2**63
        if not kept:
            raise ValueError(
                f"{parameter.kind!r} has the value {value!r}; allowed: numbers below 2^63, and "
                "printable texts without blanks at their ends, except true and false"
            )
    if len({cell(value) for value in parameter.values}) < len(parameter.values):
        raise ValueError(f"values must differ within 10 significant digits: {parameter}")


def _tuples(value: Value) -> Value:
    """The value with tuples for its lists."""
    return tuple(map(_tuples, value)) if isinstance(value, list) else value


def configuration_digest(configuration: Mapping[str, Sequence[Value]]) -> str:
    """Identity of a canonical configuration: 16 hexadecimal digits, the same in all processes,
    machines and versions."""
    text = json.dumps(configuration, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _illegal(where: str, name: str, value: Value, values: tuple[Value, ...]) -> str:
    return f"{where}: {name} = {value!r} is not allowed; it may be one of {list(values)}"
