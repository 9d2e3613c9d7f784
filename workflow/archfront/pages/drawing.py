"""Drawing of a sub-network layer by layer. The drawing needs only the search space."""

from dataclasses import dataclass
from html import escape

from archfront.core.space import Configuration, ElasticParameter, SearchSpace

CHARACTER, LINE, GAP = 7, 17, 8
"""Width of a character, height of a line in a layer's box, and gap between boxes, in pixels."""


@dataclass(frozen=True)
class Layer:
    """Parameters that are active or inactive together.

    values:  ``(label, value, share)`` per parameter; empty if the layer is absent. The share is the
             place of the value among the parameter's values, divided by their number: the largest
             value has the share 1.
    changed: the layer differs from the same layer of the other sub-network.
    """

    values: tuple[tuple[str, object, float], ...]
    changed: bool = False


@dataclass(frozen=True)
class Part:
    """A row of layers, such as a stage. The title holds the values that apply to the whole row."""

    title: str
    layers: tuple[Layer, ...]


def parts(
    space: SearchSpace, configuration: Configuration, other: Configuration | None = None
) -> list[Part]:
    """The rows of a sub-network. Layers that differ from the layers of ``other`` are ``changed``.

    A controller, such as a depth, is the title of the row of the layers that it switches. Layers
    whose number is fixed form one row per first word of their kind. A parameter that is the only
    one of its kind and switches no layer is a row without layers.
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
    """The value of each parameter, in the order of the space."""
    given = {kind: iter(values) for kind, values in configuration.items()}
    return [next(given[parameter.kind]) for parameter in space.parameters]


def _share(parameter: ElasticParameter, value: object) -> float:
    return (parameter.index(value) + 1) / len(parameter.values)


def _name(space: SearchSpace, column: int) -> str:
    """Name of a parameter, without its number if it is the only parameter of its kind."""
    kind = space.parameters[column].kind
    return kind if sum(p.kind == kind for p in space.parameters) == 1 else space.names[column]


def _was(value: object, other: object) -> str:
    return "" if value == other else f" (there {other})"


def svg(found: list[Part], title: str) -> str:
    """The rows as an SVG in the text colour of the page. Screen readers read ``title`` out."""
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
    """A value with its kind. A kind of more than 8 characters loses its first word, which is in the
    title of the row."""
    return f"{kind if len(kind) <= 8 else kind.partition('_')[2].replace('_', ' ')} {value}"
