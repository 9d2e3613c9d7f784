"""A sub-network drawn block by block, from its search space alone."""

from dataclasses import dataclass
from html import escape

from archfront.core.space import Configuration, ElasticParameter, SearchSpace

CHARACTER, LINE, GAP = 7, 17, 8
"""Pixels of a character, of a line in a layer's box, and between boxes."""


@dataclass(frozen=True)
class Layer:
    """Parameters that stand or fall together: ``(label, value, share)`` each, the share of the
    parameter's largest value by its place among the values; nothing where the layer is absent."""

    values: tuple[tuple[str, object, float], ...]
    changed: bool = False


@dataclass(frozen=True)
class Part:
    """A row of layers, as a stage, and what holds for all of it."""

    title: str
    layers: tuple[Layer, ...]


def parts(
    space: SearchSpace, configuration: Configuration, other: Configuration | None = None
) -> list[Part]:
    """The rows of a sub-network; layers in which it is not like ``other`` are ``changed``.

    A controller, such as a depth, heads the row of the layers that it switches; layers whose number
    is fixed make a row by the first word of their kind; single parameters are rows of their own.
    """
    values = _values(space, configuration)
    others = _values(space, other) if other is not None else values
    rows: dict[str, dict] = {}
    numbers: dict[str, int] = {}
    for column, parameter in enumerate(space.parameters):
        place = numbers[parameter.kind] = numbers.get(parameter.kind, -1) + 1
        controller = parameter.controller
        if controller is not None:
            row, layer = space.names[controller], parameter.threshold
        elif any(p.controller == column for p in space.parameters):
            row, layer = space.names[column], None
        else:
            several = sum(p.kind == parameter.kind for p in space.parameters) > 1
            row = parameter.kind.partition("_")[0] if several else parameter.kind
            layer = place if several else None
        rows.setdefault(row, {}).setdefault(layer, []).append(column)
    found = []
    for title, layers in rows.items():
        heads = layers.pop(None, [])
        told = [f"{_name(space, c)} = {values[c]}{_was(values[c], others[c])}" for c in heads]
        drawn = [
            Layer(
                tuple(
                    (space.parameters[c].kind, values[c], _share(space.parameters[c], values[c]))
                    for c in columns
                    if values[c] is not None
                ),
                any(values[c] != others[c] for c in columns),
            )
            for _, columns in sorted(layers.items())
        ]
        found.append(Part(", ".join(told) or title, tuple(drawn)))
    return found


def _values(space: SearchSpace, configuration: Configuration) -> list:
    """The value of each parameter in the space's order."""
    given = {kind: iter(values) for kind, values in configuration.items()}
    return [next(given[parameter.kind]) for parameter in space.parameters]


def _share(parameter: ElasticParameter, value: object) -> float:
    return (parameter.index(value) + 1) / len(parameter.values)


def _name(space: SearchSpace, column: int) -> str:
    """Of a parameter, without its number where it is the only one of its kind."""
    kind = space.parameters[column].kind
    return kind if sum(p.kind == kind for p in space.parameters) == 1 else space.names[column]


def _was(value: object, other: object) -> str:
    return "" if value == other else f" (there {other})"


def svg(found: list[Part], title: str) -> str:
    """The rows as an SVG that takes the page's text colour; ``title`` is read out."""
    texts = [_line(kind, value) for p in found for b in p.layers for kind, value, _ in b.values]
    wide = max(60, 16 + CHARACTER * max(map(len, texts), default=0))
    drawn, top = [], 4
    for part in found:
        drawn.append(f'<text x="0" y="{top + 11}" font-weight="bold">{escape(part.title)}</text>')
        top += 18
        if part.layers:
            height = LINE * max(1, *(len(layer.values) for layer in part.layers)) + 8
            for place, layer in enumerate(part.layers):
                drawn += _box(layer, place * (wide + GAP), top, wide, height)
            top += height + GAP
    most = max((len(part.layers) for part in found), default=1)
    across = max(most * (wide + GAP), CHARACTER * max(len(part.title) for part in found))
    label = escape(title, quote=True)
    return (
        f'<svg role="img" aria-label="{label}" xmlns="http://www.w3.org/2000/svg" '
        f'width="{across}" height="{top}" viewBox="0 0 {across} {top}" fill="currentColor" '
        f'font-family="sans-serif" font-size="12"><title>{label}</title>{"".join(drawn)}</svg>'
    )


def _box(layer: Layer, left: int, top: int, wide: int, height: int) -> list[str]:
    edge = "#D55E00" if layer.changed else "currentColor"
    dashed = "" if layer.values else ' stroke-dasharray="4 4" opacity="0.6"'
    thick = 2.5 if layer.changed else 1
    drawn = [
        f'<rect x="{left + 1}" y="{top}" width="{wide}" height="{height}" rx="4" fill="none" '
        f'stroke="{edge}" stroke-width="{thick}"{dashed}/>'
    ]
    if not layer.values:
        drawn.append(f'<text x="{left + 8}" y="{top + 17}" opacity="0.75">absent</text>')
    for number, (kind, value, share) in enumerate(layer.values):
        base = top + 4 + LINE * number
        drawn.append(
            f'<rect x="{left + 4}" y="{base + 1}" width="{share * (wide - 7):.0f}" '
            f'height="{LINE - 3}" rx="2" fill="#56B4E9" opacity="0.45"/>'
            f'<text x="{left + 8}" y="{base + 12}">{escape(_line(kind, value))}</text>'
        )
    return drawn


def _line(kind: str, value: object) -> str:
    """A value with its kind, without the first word of a long one, which heads the row."""
    return f"{kind if len(kind) <= 8 else kind.partition('_')[2].replace('_', ' ')} {value}"
