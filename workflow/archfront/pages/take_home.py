"""The page Take home: export of one sub-network of a measured front as files, with its measured
values."""

import pandas as pd
from nicegui import run, ui

from archfront.analytics.selection import EMPTY_FRONT, choose
from archfront.config.layout import Run
from archfront.config.queries import runs as runs_of
from archfront.core.files import read_json, read_table
from archfront.core.objective import OBJECTIVES
from archfront.core.registry import ConfigError
from archfront.pages import found, runs
from archfront.pages.frame import columns, page, problem, told
from archfront.pages.project import Project, zipped


class TakeHome:
    """The page's state."""

    def __init__(self, project: Project):
        self.project, self.front = project, pd.DataFrame()
        begun = project.having("front")
        if not begun:
            ui.label("Nothing was measured yet: set up an experiment and run it.")
            return
        with ui.row().classes("w-full items-center"):
            self.experiment = ui.select(
                begun, label="Experiment", value=begun[0], on_change=self.open
            )
            self.run = ui.select([], label="Run", on_change=self.show)
            for chosen in (self.experiment, self.run):
                chosen.props("outlined dense").classes("w-72")
            self.button = ui.button("Export", icon="download", on_click=self.export)
        self.hint = ui.label().classes("hint")
        with ui.element("div").classes("scrolls w-full"):
            self.table = ui.table(
                columns=[], rows=[], row_key="row", selection="single", pagination=15
            ).classes("w-full")
            self.table.props("dense flat bordered")
        self.exported = ui.column().classes("w-full")
        self.open()

    def open(self) -> None:
        settings = found.settings_of(self.project, self.experiment.value)
        folder = self.project.folder(self.experiment.value)
        options = {}
        for seed, platform, tactic in runs_of(settings):
            if (folder / Run(seed, platform, tactic).front).exists():
                options[f"{platform}|{tactic}|{seed}"] = f"{platform}, {tactic}, seed {seed}"
        self.run.set_options(options, value=next(iter(options), None))
        self.show()
        self.list_files()

    def show(self) -> None:
        self.table.rows, self.table.selected = [], []
        self.button.disable()
        if self.run.value is None:
            return
        platform, tactic, seed = self.run.value.split("|")
        folder = self.project.folder(self.experiment.value)
        self.front = read_table(folder / Run(seed, platform, tactic).front)
        numbers = [name for name in OBJECTIVES if name in self.front]
        labels = {"row": "Row"} | {n: OBJECTIVES[n].axis for n in numbers} | {"digest": "Digest"}
        self.table.columns = columns(labels)
        self.table.rows = [
            {"row": number, "digest": row["digest"][:12]}
            | {n: float(f"{row[n]:.5g}") for n in numbers}
            for number, row in self.front.iterrows()
        ]
        self.table.update()
        if self.front.empty:
            self.hint.set_text(EMPTY_FRONT)
            return
        objectives = found.settings_of(self.project, self.experiment.value)["objectives"]
        knee = choose(self.front, objectives, "knee", 0, {}).name
        self.table.selected = [row for row in self.table.rows if row["row"] == knee]
        self.hint.set_text("The knee of the front is chosen; choose any other row.")
        self.button.enable()

    async def export(self) -> None:
        if not self.table.selected:
            problem("Choose a row of the front.")
            return
        platform, tactic, seed = self.run.value.split("|")
        chosen = {
            "platform": platform,
            "tactic": tactic,
            "seed": int(seed),
            "choose": "row",
            "row": int(self.table.selected[0]["row"]),
        }
        self.button.props("loading")
        try:
            done = await run.io_bound(runs.export, self.project, self.experiment.value, chosen)
        except (ConfigError, OSError) as error:
            problem(error)
            return
        finally:
            self.button.props(remove="loading")
        if done.returncode:
            problem(done.stderr[-2000:] or done.stdout[-2000:])
        else:
            told("Exported.")
        self.list_files()

    def list_files(self) -> None:
        """Show the files of the last export as downloads, and the measured values of its
        sub-network."""
        self.exported.clear()
        files = self.project.exported(self.experiment.value)
        measured = [path for path in files if path.name == "measurements.json"]
        if not measured:
            return
        about = read_json(measured[0])
        with self.exported:
            ui.label("The last export").classes("text-lg")
            platform = ", ".join(about["platform"])
            ui.label(f"Sub-network {about['digest'][:12]} of {about['front']}, on {platform}")
            numbers = {
                OBJECTIVES[n].axis if n in OBJECTIVES else n: f"{v:.5g}"
                for n, v in about["measured"].items()
            }
            with ui.element("div").classes("scrolls w-full"):
                table = ui.table.from_pandas(pd.DataFrame([numbers]))
                table.props("dense flat bordered hide-bottom")
            with ui.row():
                ui.button("Download all", icon="download", on_click=self.download)
                for path in files:
                    size = f"{max(1, round(path.stat().st_size / 1e3)):,} kB"
                    ui.button(
                        f"{path.name} ({size})", on_click=lambda _, p=path: ui.download.file(p)
                    ).props("outline no-caps")

    def download(self) -> None:
        files = self.project.exported(self.experiment.value)
        ui.download.content(zipped(files), f"{self.experiment.value}.zip")


def take_home(project: Project) -> None:
    with page("/take-home"):
        TakeHome(project)
