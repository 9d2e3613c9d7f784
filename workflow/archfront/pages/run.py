"""The page Run: starts, stops and continues an experiment, and shows its progress. A run goes on
after the page is closed. A page that is opened later shows the same run."""

import pandas as pd
from nicegui import run, ui

from archfront.analytics.selection import EMPTY_FRONT
from archfront.analytics.style import axes_of
from archfront.pages import charts, found, runs
from archfront.pages.frame import columns, drawn_chart, page, problem, told
from archfront.pages.project import Project
from archfront.pages.watch import Seen, look_at

SECONDS = 2.0
"""Seconds between two readings of the files."""
COLUMNS = {
    "seed": "Seed",
    "platform": "Platform",
    "tactic": "Tactic",
    "iteration": "Iteration",
    "validations": "Validations",
    "failed": "Set aside",
    "hypervolume": "Hypervolume",
    "minutes": "Minutes left, at most",
    "state": "Ended by",
}


class Run:
    """The page's state."""

    def __init__(self, project: Project, experiment: str):
        self.project, self.at_work = project, False
        known = list(project.experiments())
        self.shown: tuple = ()
        self.live: str | None = None
        with ui.row().classes("w-full items-center"):
            chosen = experiment if experiment in known else next(iter(known), None)
            self.chosen = ui.select(known, label="Experiment", value=chosen, on_change=self.switch)
            self.chosen.props("outlined dense").classes("w-72")
            self.profile = ui.select(runs.profiles(), label="Profile", value="default")
            self.profile.props("outlined dense").classes("w-32")
            self.start_button = ui.button("Start", icon="play_arrow", on_click=self.start)
            self.stop_button = ui.button(
                "Stop after the iteration", icon="stop", on_click=self.stop
            ).props("outline")
        self.state = ui.label().classes("font-bold").props('role="status"')
        self.bar = ui.linear_progress(0, show_value=False).props('aria-label="Validations done"')
        with ui.element("div").classes("scrolls w-full"):
            self.table = ui.table(columns=columns(COLUMNS), rows=[], row_key="key").classes(
                "w-full"
            )
        self.table.props("dense flat bordered")
        self.drawn = ui.column().classes("w-full gap-4")
        self.failed = ui.column().classes("w-full")
        self.says = ui.expansion("What it says").classes("w-full border rounded")
        with self.says:
            self.log = ui.label().classes("font-mono text-xs whitespace-pre scrolls w-full")
        self.timer = ui.timer(SECONDS, self.look, immediate=True)

    async def switch(self) -> None:
        ui.navigate.history.replace(f"/run?experiment={self.chosen.value}")
        self.shown = ()
        await self.look()

    async def look(self) -> None:
        if self.chosen.value is None or self.at_work:
            return
        self.at_work, asked = True, self.chosen.value
        try:
            seen = await run.io_bound(look_at, self.project, asked)
        except Exception as error:  # of a damaged file, or of a user's class
            self.state.set_text(f"Cannot be read just now: {error}")
            return
        finally:
            self.at_work = False
        if asked == self.chosen.value:
            self.show(seen)

    def show(self, seen: Seen) -> None:
        table, mine = seen.progress, seen.live in (self.chosen.value, runs.UNNAMED)
        self.start_button.set_enabled(seen.live is None)
        self.start_button.set_text("Continue" if len(table) else "Start")
        self.stop_button.set_enabled(mine)
        done = int(table["validations"].sum()) if len(table) else 0
        planned = int(table["planned"].sum()) if len(table) else 0
        self.bar.set_value(done / planned if planned else 0)
        ended = int((table["state"] != "").sum()) if len(table) else 0
        far = f" {ended} of {len(table)} runs have ended, {done} of at most {planned} validations."
        state = {
            None: "Nothing is at work.",
            self.chosen.value: "At work.",
            runs.UNNAMED: "A Snakemake that was started by itself is at work here.",
        }.get(seen.live, f"Another experiment is at work: {seen.live}.")
        self.state.set_text(f"{state}{far if len(table) else ''} {seen.remark}".rstrip())
        self.table.rows = [_row(row) for row in table.to_dict("records")]
        self.table.update()
        self.log.set_text(seen.log)
        was_at_work, self.live = self.live, seen.live
        if was_at_work and seen.live is None and (not len(table) or ended < len(table)):
            # The run failed or was stopped. The last lines of the log say which.
            self.says.set_value(True)
        # The charts are the expensive part of the page, and are drawn again only after a change.
        newest = (self.chosen.value, done, ended, len(seen.curves))
        if newest != self.shown:
            self.shown = newest
            self.draw(seen)

    def draw(self, seen: Seen) -> None:
        self.drawn.clear()
        with self.drawn:
            for platform in seen.settings.get("platforms", {}):
                y, x = axes_of(seen.settings)
                ui.label(platform).classes("text-lg")
                with ui.element("div").classes("grid grid-cols-1 lg:grid-cols-2 gap-4 w-full"):
                    if any(where == platform for _, where, _ in seen.curves):
                        drawn_chart(charts.hypervolume(seen.curves, platform))
                    fronts = seen.fronts.get(platform)
                    if fronts and all(one.empty for one in fronts.values()):
                        ui.label(EMPTY_FRONT)
                    elif fronts:
                        drawn_chart(charts.fronts(fronts, x, y, pd.DataFrame()))
        self.failed.clear()
        if len(seen.failures):
            with self.failed:
                ui.label(f"Set aside: {len(seen.failures)}").classes("text-lg")
                ui.table.from_pandas(seen.failures, pagination=10).props("dense flat bordered")

    def start(self) -> None:
        try:
            path = self.project.experiments()[self.chosen.value]
            runs.start(self.project, path, self.profile.value)
        except Exception as error:  # the file may hold anything
            problem(error)
            return
        told("Started; it goes on whether this page is open or not.")
        self.start_button.set_enabled(False)
        self.live = self.chosen.value

    async def stop(self) -> None:
        self.stop_button.set_enabled(False)
        done, unread = await run.io_bound(
            found.tried, "Stop", runs.stop, self.project, self.chosen.value
        )
        if done is None or done.returncode:
            problem(unread or done.stderr or done.stdout)
        else:
            told("The loops end after their current iterations; Continue goes on from there.")


def _row(row: dict) -> dict:
    def number(value: float, digits: int) -> str:
        return "" if value != value else f"{value:.{digits}f}"

    return row | {
        "key": f"{row['seed']} {row['platform']} {row['tactic']}",
        "iteration": f"{row['iteration']} of {row['of']}",
        "validations": f"{row['validations']} of {row['planned']}",
        "hypervolume": number(row["hypervolume"], 4),
        "minutes": number(row["minutes"], 1),
    }


def run_page(project: Project, experiment: str) -> None:
    with page("/run"):
        Run(project, experiment)
