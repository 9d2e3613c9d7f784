"""Charts as options of ECharts. The data are summarised first, so that a browser never gets more
points than it can draw."""

import numpy as np
import pandas as pd

from archfront.analytics.style import LOOKS, look
from archfront.config.queries import POPDB, WARM
from archfront.core.metrics import tau
from archfront.core.objective import OBJECTIVES

GREY = "#808080"
"""Colour of axes and text, with a contrast of 4:1 against white and against the dark page."""
MOST = 2_000
"""Largest number of points that are drawn one by one. More points are counted per cell."""
CELLS = 60, 40
SYMBOLS = {
    "s": "rect",
    "o": "circle",
    "v": "triangle",
    "D": "diamond",
    "X": "pin",
    "P": "roundRect",
    "*": "arrow",
    "^": "triangle",
    "<": "arrow",
    ">": "arrow",
    "p": "pin",
}
"""The ECharts symbol that is nearest to each marker of the figures."""
VARIANTS = {POPDB: "triangle", WARM: "diamond"}


def axis_of(name: str) -> str:
    return OBJECTIVES[name].axis if name in OBJECTIVES else name


def _axis(title: str, **more: object) -> dict:
    return {
        "type": "value",
        "scale": True,
        "name": title,
        "nameLocation": "middle",
        "axisLabel": {"color": GREY, "hideOverlap": True},
        "nameTextStyle": {"color": GREY},
        "splitLine": {"lineStyle": {"color": GREY, "opacity": 0.25}},
    } | more


def _whole(x: dict, y: dict, series: list[dict], **more: object) -> dict:
    """A chart with the settings that most charts share: room for the axes, a legend above, and
    colours that fit light and dark pages."""
    return {
        "animation": False,
        "aria": {"enabled": True},
        "textStyle": {"fontFamily": "sans-serif"},
        "legend": {"type": "scroll", "top": 0, "textStyle": {"color": GREY}},
        "grid": {"left": 62, "right": 24, "top": 44, "bottom": 52},
        "tooltip": {"trigger": "item", "confine": True},
        "xAxis": x | {"nameGap": 28},
        "yAxis": y | {"nameGap": 42},
        "series": series,
    } | more


LINES = {"-": "solid", "--": "dashed", ":": "dotted"}


def _style(tactic: str, hollow: bool = False) -> dict:
    """Colour, symbol and line of a tactic."""
    style = look(tactic)
    colour = GREY if style["colour"] == LOOKS["random"][0] else style["colour"]
    filled: dict[str, str | int] = {"color": "transparent" if hollow else colour}
    filled |= {"borderColor": colour, "borderWidth": 2}
    symbol = next((s for end, s in VARIANTS.items() if tactic.endswith(end)), None)
    return {
        "symbol": symbol or SYMBOLS.get(style["marker"], "circle"),
        "itemStyle": filled,
        "lineStyle": {"color": colour, "type": LINES[style["linestyle"]]},
    }


def fronts(
    groups: dict[tuple[str, str], pd.DataFrame], x: str, y: str, cloud: pd.DataFrame
) -> dict:
    """The fronts in ``groups``, by (where, tactic), in front of the measured points in ``cloud``.

    The symbols are hollow for every second ``where``. The rows of a group have the columns ``x``,
    ``y`` and ``digest``. A click on a point reports the digest of its row.
    """
    series = [_cloud(cloud, x, y)] if len(cloud) else []
    places = {where: place for place, where in enumerate(dict.fromkeys(w for w, _ in groups))}
    for (where, tactic), rows in groups.items():
        label = ", ".join(filter(None, [where, look(tactic)["label"]]))
        rows = rows.dropna(subset=[x, y]).sort_values(x)
        data = [
            {"value": [float(a), float(b)], "name": digest}
            for a, b, digest in zip(rows[x], rows[y], rows["digest"], strict=True)
        ]
        style = _style(tactic, hollow=places[where] % 2 == 1)
        series.append(
            {"type": "line", "step": "end", "name": label, "data": data, "symbolSize": 10, **style}
        )
    tooltip = {"trigger": "item", "confine": True, "formatter": "{a}<br/>{c}"}
    return _whole(_axis(axis_of(x)), _axis(axis_of(y)), series, tooltip=tooltip)


def _cloud(rows: pd.DataFrame, x: str, y: str) -> dict:
    rows = rows.dropna(subset=[x, y])
    cells = density(rows[x].to_numpy(), rows[y].to_numpy())
    top = max((count for _, _, count in cells), default=1)
    data = [
        {"value": [a, b], "itemStyle": {"opacity": 0.25 + 0.65 * np.log1p(n) / np.log1p(top)}}
        for a, b, n in cells
    ]
    return {
        "type": "scatter",
        "name": f"all measured ({len(rows):,})",
        "data": data,
        "symbol": "rect" if len(rows) > MOST else "circle",
        "symbolSize": 5,
        "itemStyle": {"color": GREY},
        "silent": True,
    }


def density(x: np.ndarray, y: np.ndarray) -> list[tuple[float, float, int]]:
    """Points as ``(x, y, count)``.

    Up to :data:`MOST` points are returned one by one, each with the count 1. More points are
    counted on a grid of 60 x 40 cells. The result then holds the middle of each cell that has
    points, with the number of its points.
    """
    if len(x) <= MOST:
        return [(float(a), float(b), 1) for a, b in zip(x, y, strict=True)]
    counts, right, up = np.histogram2d(x, y, CELLS)
    columns, rows = np.nonzero(counts)
    middles = (right[:-1] + right[1:]) / 2, (up[:-1] + up[1:]) / 2
    return [
        (float(middles[0][i]), float(middles[1][j]), int(counts[i, j]))
        for i, j in zip(columns, rows, strict=True)
    ]


def hypervolume(curves: dict[tuple[int, str, str], np.ndarray], platform: str) -> dict:
    """Hypervolume against the number of validations, one line per run on a platform.

    The keys of ``curves`` are (seed, platform, tactic). The lines of all seeds of a tactic look the
    same.
    """
    series = []
    for (_, where, tactic), curve in curves.items():
        if where != platform or not len(curve):
            continue
        points = [(n + 1, float(curve[n])) for n in range(0, len(curve), max(1, len(curve) // 500))]
        points.append((len(curve), float(curve[-1])))
        name = look(tactic)["label"]
        line = {"type": "line", "name": name, "data": points, "showSymbol": False}
        series.append(line | _style(tactic))
    x = _axis("Validations", minInterval=1, scale=False)
    return _whole(x, _axis("Hypervolume"), series)


def actual_predicted(pairs: pd.DataFrame, objective: str) -> dict:
    """Predicted against measured values of held-out sub-networks, with the ideal line."""
    ends = [
        float(pairs[["actual", "predicted"]].min().min()),
        float(pairs[["actual", "predicted"]].max().max()),
    ]
    points = pairs[["actual", "predicted"]].astype(float).to_numpy().tolist()
    name = f"τ = {tau(pairs['actual'], pairs['predicted']):.2f}"
    series = [
        {
            "type": "scatter",
            "name": name,
            "data": points,
            "symbolSize": 8,
            "itemStyle": {"color": "#0072B2"},
        },
        {
            "type": "line",
            "name": "ideal",
            "data": [[e, e] for e in ends],
            "showSymbol": False,
            "itemStyle": {"color": "#E69F00"},
            "lineStyle": {"type": "dashed"},
        },
    ]
    title = axis_of(objective)
    return _whole(_axis(f"Actual {title}"), _axis(f"Predicted {title}"), series)


def frequencies(table: pd.DataFrame) -> dict:
    """The frequency of each value of each elastic parameter of one kind on a front, in %.

    ``table`` has the columns ``parameter, kind, value, frequency``, with frequencies from 0 to 1.
    Frequencies that are NaN are left out.
    """
    names, values = list(table["parameter"].unique()), sorted(table["value"].unique())
    data = [
        [names.index(row.parameter), values.index(row.value), round(100 * row.frequency, 1)]
        for row in table.itertuples()
        if row.frequency == row.frequency
    ]
    category = {"type": "category", "axisLabel": {"color": GREY}}
    return {
        "animation": False,
        "aria": {"enabled": True},
        "grid": {"left": 62, "right": 20, "top": 12, "bottom": 84},
        "tooltip": {"confine": True, "formatter": "{c} %"},
        "xAxis": category | {"data": names, "axisLabel": {"color": GREY, "rotate": 60}},
        "yAxis": category
        | {
            "data": [str(v) for v in values],
            "name": table["kind"].iloc[0],
            "nameTextStyle": {"color": GREY},
        },
        "visualMap": {
            "min": 0,
            "max": 100,
            "show": False,
            "inRange": {"color": ["#fde725", "#21918c", "#440154"]},
        },
        "series": [{"type": "heatmap", "data": data, "label": {"show": len(names) < 16}}],
    }
