"""Style of all figures: sizes, colours that colour-blind people can tell apart, output files."""

import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from archfront.config.queries import POPDB, WARM
from archfront.core.files import write_table, written_beside

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

TRUE_FRONT = "true_front"
LOOKS = {
    "samples": ("#7f7f7f", ".", "Random samples"),
    TRUE_FRONT: ("#333333", "d", "True front"),
    "full": ("#E69F00", "s", "Full search"),
    "concurrent": ("#0072B2", "o", "archfront's ConcurrentNAS"),
    "concurrent_paper": ("#D55E00", "v", "ConcurrentNAS"),
    "validation": ("#CC79A7", "D", "NSGA-II on validations"),
    "random": ("#000000", "X", "Random search"),
    "once_for_all": ("#56B4E9", "P", "Once-for-All's search"),
    "weaknas": ("#8C6D31", "*", "WeakNAS"),
    "nsganetv2": ("#5254A3", "^", "NSGANetV2"),
    "lanas": ("#637939", "<", "LaNAS"),
    "seminas": ("#009E73", "h", "SemiNAS"),
    "optuna_nsga2": ("#AD494A", ">", "Optuna's NSGA-II"),
    "optuna_tpe": ("#7B4173", "p", "Optuna's TPE"),
}
"""Colour, marker and label of each tactic. ConcurrentNAS without an addition is the paper's
Algorithm 1. The first colours are from Okabe and Ito's palette."""
VARIANTS = {
    POPDB: ("--", "00", "{} in the PopDB space"),
    WARM: (":", "66", "{}, warm start"),
}
"""Line style, opacity of the markers (hexadecimal) and label of a tactic with this suffix."""
CYCLE = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9"]
FORMULA = "formula"
"""The gid of a text in which archfront itself wrote a formula."""
SEQUENCE = "viridis_r"
"""Colour map for an order in time: later is darker."""


def look(tactic: str) -> dict[str, str]:
    """``colour, marker, linestyle, fill`` and ``label`` of a tactic or one of its variants."""
    suffix = next(filter(tactic.endswith, VARIANTS), "")
    line, opacity, name = VARIANTS.get(suffix, ("-", "ff", "{}"))
    colour, marker, label = LOOKS[tactic.removesuffix(suffix)]
    told = {"colour": colour, "marker": marker, "linestyle": line}
    return told | {"fill": colour + opacity, "label": name.format(label)}


def axes_of(settings: dict) -> tuple[str, str]:
    """The objectives of the y axis and of the x axis: the first two objectives. A single objective
    is shown against the MACs, which every archive has."""
    quality, cost = [*settings["objectives"], "macs"][:2]
    return quality, cost


def shown(settings: dict) -> list[str]:
    """The columns that figures of measured values show: the objectives, and the MACs if
    :func:`axes_of` adds them."""
    return list(dict.fromkeys([*settings["objectives"], *axes_of(settings)]))


def panels(
    count: int, height: float = 3.6, columns: int | None = None
) -> "tuple[Figure, list[Axes]]":
    """A figure with ``count`` panels, side by side or in rows of ``columns``; and the axes of the
    panels. ``height`` is the height of a panel in inches."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    with rc_context(
        {
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.grid": True,
            "grid.alpha": 0.25,
            "axes.axisbelow": True,
            "legend.frameon": False,
            "font.size": 10,
        }
    ):
        wide = min(count, columns or count)
        rows = -(-count // wide)
        figure = Figure(figsize=(4.6 * wide, height * rows), layout="constrained")
        axes = figure.subplots(rows, wide, squeeze=False).ravel()
        for unused in axes[count:]:
            unused.remove()
    return figure, list(axes[:count])


def nothing(axis: "Axes", reason: str) -> None:
    """Write into a panel without data why it has none."""
    axis.text(
        0.5, 0.5, textwrap.fill(reason, 34), transform=axis.transAxes, ha="center", va="center"
    )
    axis.set_axis_off()


def draw_bounds(axis: "Axes", settings: dict, x: str, y: str) -> None:
    """Draw the bounds on the objectives ``x`` and ``y``, if the experiment has any, as lines."""
    for name, draw in ((x, axis.axvline), (y, axis.axhline)):
        if name in settings["bounds"]:
            draw(settings["bounds"][name], color="#555555", linestyle="--", lw=1, label="bound")


def legend_below(figure: "Figure") -> None:
    """Draw one legend for all panels below them, where it covers no data."""
    entries: dict = {}
    for axis in figure.axes:
        for handle, label in zip(*axis.get_legend_handles_labels(), strict=True):
            entries.setdefault(label, handle)
    labels, handles = list(entries), list(entries.values())
    # An entry takes a handle's width and about 0.08 inches per character.
    widest = 0.6 + 0.08 * max(map(len, labels))
    columns = max(1, min(len(labels), int(figure.get_figwidth() / widest)))
    rows = -(-len(labels) // columns)
    figure.set_figheight(figure.get_figheight() + 0.22 * max(0, rows - 2))
    figure.legend(handles, labels, loc="outside lower center", ncols=columns)


def literal(figure: "Figure") -> None:
    """Show a ``$`` in the texts of a figure as it is, since a text may come from outside, such as
    the unit of an objective. Matplotlib would take what stands between two of them for a formula.
    Formulas stay in the labels of numbers at ticks, and in texts with the gid :data:`FORMULA`."""
    from matplotlib.text import Text
    from matplotlib.ticker import LogFormatter, ScalarFormatter

    for text in figure.findobj(Text):
        text.set_parse_math(text.get_gid() == FORMULA)
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            numbers = isinstance(axis.get_major_formatter(), LogFormatter | ScalarFormatter)
            for label in axis.get_ticklabels(which="both"):
                label.set_parse_math(numbers)


def save(
    figure: "Figure", table: pd.DataFrame, remarks: Sequence[str], png: str, svg: str, csv: str
) -> None:
    """Write the figure, with ``remarks`` above it, as PNG and SVG, and its data as CSV. The same
    data give the same bytes."""
    from matplotlib import rc_context

    if remarks:
        # At this size an inch takes about fourteen characters.
        lines = textwrap.wrap("; ".join(remarks), int(14 * figure.get_figwidth()))
        figure.suptitle("\n".join(lines), fontsize=9, color="#444444")
    literal(figure)

    with rc_context({"svg.hashsalt": "archfront", "svg.fonttype": "path"}):
        for path, extra in ((png, {"dpi": 160}), (svg, {"metadata": {"Date": None}})):
            with written_beside(path) as beside:
                figure.savefig(beside, format=Path(path).suffix[1:], **extra)
    write_table(csv, table)
