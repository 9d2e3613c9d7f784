"""The page Explore: compares the measured fronts of several experiments, platforms and tactics,
shows the parameter values on these fronts, and draws one or two sub-networks layer by layer."""

import json
from typing import TYPE_CHECKING

import pandas as pd
from nicegui import run, ui

from archfront.analytics.style import axes_of
from archfront.core.objective import OBJECTIVES
from archfront.pages import charts, comparison, drawing, found
from archfront.pages.comparison import IDENTITY, Asked, everything_of
from archfront.pages.frame import columns, drawn_chart, experiments_with, page, problem
from archfront.pages.project import Project

if TYPE_CHECKING:
    from nicegui.events import EChartPointClickEventArguments


class Explore:
    """The page's state."""

    def __init__(self, project: Project):
        self.project = project
        self.rows: dict[str, pd.Series] = {}
        begun, first = experiments_with(project, "archive")
        if first is None:
            return
        y, x = axes_of(found.settings_of(project, first))
        with ui.element("div").classes("fields"):
            self.experiments = self._choices("Experiments", begun, [first])
            self.platforms = self._choices("Platforms", [])
            self.tactics = self._choices("Tactics", [])
            axes = {name: OBJECTIVES[name].axis for name in OBJECTIVES}
            self.x = ui.select(axes, label="Across", value=x, on_change=self.show)
            self.y = ui.select(axes, label="Upwards", value=y, on_change=self.show)
            for chosen in (self.x, self.y):
                chosen.props("outlined dense")
            self.cloud = ui.switch("All that was measured", value=False, on_change=self.show)
        self.experiments.on_value_change(self.widen)
        self.problems = (
            ui.label().classes("text-negative whitespace-pre-line").props('role="status"')
        )
        self.chart = drawn_chart({"series": []}, on_point_click=self.picked)
        ui.label(
            "Choose one sub-network to see it, or two to compare them: in the table, or by a click "
            "on a point."
        ).classes("hint")
        with ui.element("div").classes("scrolls w-full"):
            self.table = ui.table(
                columns=[],
                rows=[],
                row_key="key",
                selection="multiple",
                pagination=10,
                on_select=self.compare,
            ).classes("w-full")
            self.table.props("dense flat bordered").add_slot("top-left")
        with self.table.add_slot("top-right"):
            ui.input("Filter").props("dense outlined debounce=300").bind_value(self.table, "filter")
        self.drawn = ui.column().classes("w-full")
        with ui.expansion(
            "Values of elastic parameters on the fronts", on_value_change=self.shares
        ).classes("w-full border rounded") as self.shares_of:
            self.shares_drawn = ui.column().classes("w-full")
        with ui.expansion("Actual against predicted", on_value_change=self.pairs).classes(
            "w-full border rounded"
        ) as self.pairs_of:
            self.pairs_drawn = ui.element("div").classes(
                "grid grid-cols-1 lg:grid-cols-2 gap-4 w-full"
            )
        ui.timer(0, self.begin, once=True)

    async def begin(self) -> None:
        await self.widen()
        await self.show()

    def _choices(self, label: str, options: list, value: list | None = None) -> ui.select:
        """A field to choose several options. All options are chosen first, unless ``value`` names
        the first choice."""
        value = options if value is None else value
        chosen = ui.select(options, label=label, value=value, multiple=True, on_change=self.show)
        return chosen.props("outlined dense use-chips")

    async def widen(self) -> None:
        """Offer the platforms and tactics of the chosen experiments, and choose all of them."""
        whole, _ = await run.io_bound(everything_of, self.project, tuple(self.experiments.value))
        for column, chosen in (("platform", self.platforms), ("tactic", self.tactics)):
            names = _names(whole, column)
            chosen.set_options(names, value=names)

    async def show(self) -> None:
        asked = Asked(
            tuple(self.experiments.value),
            tuple(self.platforms.value),
            tuple(self.tactics.value),
            self.x.value,
            self.y.value,
            self.cloud.value,
        )
        seen = await run.io_bound(comparison.look_at, self.project, asked)
        self.problems.set_text("\n".join(seen.problems))
        self.chart.options.clear()
        self.chart.options.update(charts.fronts(seen.groups, asked.x, asked.y, seen.cloud))
        self.chart.update()
        numbers = [
            name for name in OBJECTIVES if name in seen.rows and seen.rows[name].notna().any()
        ]
        labels = {n: n for n in IDENTITY[:-1]} | {n: OBJECTIVES[n].axis for n in numbers}
        self.table.columns = columns(labels | {"digest": "digest"})
        self.rows = {"|".join(map(str, row[IDENTITY])): row for _, row in seen.rows.iterrows()}
        kept = {row["key"] for row in self.table.selected}
        self.table.rows = [
            {n: row[n] if n in IDENTITY else float(f"{row[n]:.5g}") for n in [*IDENTITY, *numbers]}
            | {"key": key, "seed": int(row["seed"]), "digest": row["digest"][:12]}
            for key, row in self.rows.items()
        ]
        self.table.selected = [row for row in self.table.rows if row["key"] in kept]
        self.table.update()
        self.compare()
        await self.shares()
        await self.pairs()

    def picked(self, event: "EChartPointClickEventArguments") -> None:
        """Select the row of the clicked point, or deselect the row if it is selected."""
        for row in self.table.rows:
            if self.rows[row["key"]]["digest"] == event.name:
                if row in self.table.selected:
                    self.table.selected.remove(row)
                else:
                    self.table.selected.append(row)
                break
        self.table.update()
        self.compare()

    def compare(self) -> None:
        """Draw the last two selected sub-networks. Layers that differ have a thick orange edge.

        The layers are compared only if both search spaces have the same parameter names.
        """
        chosen = [self.rows[row["key"]] for row in self.table.selected][-2:]
        self.drawn.clear()
        if not chosen:
            return
        try:
            known = [comparison.subnetwork(self.project, row) for row in chosen]
        except Exception as error:  # of a user's class
            problem(f"{type(error).__name__}: {error}")
            return
        alike = len({space.names for space, _ in known}) == 1
        with self.drawn:
            if len(chosen) == 2:
                ui.table.from_pandas(_differences(*chosen)).props("dense flat bordered")
            for row, (space, own), (_, other) in zip(chosen, known, known[::-1], strict=True):
                title = (
                    f"{row['experiment']}, {row['platform']}, {row['tactic']}, {row['digest'][:12]}"
                )
                with ui.row().classes("items-center"):
                    ui.label(title).classes("font-bold")
                    text = json.dumps(own)
                    ui.button(
                        "Copy the configuration",
                        icon="content_copy",
                        on_click=lambda _, t=text: (ui.clipboard.write(t), ui.notify("Copied")),
                    ).props("outline dense no-caps")
                found_parts = drawing.parts(space, own, other if alike else None)
                with ui.element("div").classes("scrolls w-full"):
                    ui.html(drawing.svg(found_parts, title), sanitize=False)

    async def shares(self) -> None:
        if not self.shares_of.value:
            return
        rows = pd.DataFrame(list(self.rows.values()))
        tables, problems = await run.io_bound(comparison.shares, self.project, rows)
        for message in problems:
            problem(message)
        self.shares_drawn.clear()
        with self.shares_drawn:
            for title, table in tables.items():
                ui.label(title).classes("font-bold")
                with ui.element("div").classes("grid grid-cols-1 lg:grid-cols-2 gap-4 w-full"):
                    for _, kind in table.groupby("kind", sort=False):
                        drawn_chart(charts.frequencies(kind))

    async def pairs(self) -> None:
        if not self.pairs_of.value:
            return
        chosen = tuple(self.experiments.value)
        tables, problems = await run.io_bound(comparison.pairs, self.project, chosen)
        for message in problems:
            problem(message)
        self.pairs_drawn.clear()
        with self.pairs_drawn:
            if not tables:
                ui.label("No learning curve was drawn yet.")
            for (title, objective), table in tables.items():
                with ui.column().classes("w-full gap-0"):
                    ui.label(title).classes("font-bold")
                    drawn_chart(charts.actual_predicted(table, objective))


def _names(rows: pd.DataFrame, column: str) -> list[str]:
    return list(dict.fromkeys(rows[column]))


def _differences(one: pd.Series, other: pd.Series) -> pd.DataFrame:
    """The values of both sub-networks and their difference, per objective that both have."""
    names = [n for n in OBJECTIVES if n in one and n in other and one[n] == one[n]]
    return pd.DataFrame(
        {
            "": [OBJECTIVES[n].axis for n in names],
            "first": [f"{one[n]:.5g}" for n in names],
            "second": [f"{other[n]:.5g}" for n in names],
            "difference": [f"{other[n] - one[n]:+.4g}" for n in names],
        }
    )


def explore(project: Project) -> None:
    with page("/explore"):
        Explore(project)
