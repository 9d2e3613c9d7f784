"""The page Take home: export of one sub-network of a measured front as files, with its measured
values."""

import pandas as pd
from nicegui import run, ui

from archfront.analytics.selection import EMPTY_FRONT
from archfront.core.objective import OBJECTIVES
from archfront.pages import found, runs
from archfront.pages.frame import columns, experiments_with, page, problem, told
from archfront.pages.project import Project


class TakeHome:
    """The page's state."""

    def __init__(self, project: Project):
        self.project, self.front = project, pd.DataFrame()
        begun, first = experiments_with(project, "front")
        if first is None:
            return
        with ui.row().classes("w-full items-center"):
            self.experiment = ui.select(begun, label="Experiment", value=first, on_change=self.open)
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
        ui.timer(0, self.open, once=True)

    async def open(self) -> None:
        name = self.experiment.value
        there, unread = await run.io_bound(found.tried, name, found.fronts_of, self.project, name)
        if unread:
            problem(unread)
        options = {
            f"{platform}|{tactic}|{seed}": f"{platform}, {tactic}, seed {seed}"
            for seed, platform, tactic in there or []
        }
        self.run.set_options(options, value=next(iter(options), None))
        await self.show()
        await self.list_files()

    async def show(self) -> None:
        self.table.rows, self.table.selected = [], []
        self.table.update()
        self.button.disable()
        self.hint.set_text("")
        if self.run.value is None:
            return
        name, asked = self.experiment.value, self.run.value
        platform, tactic, seed = asked.split("|")
        chosen = int(seed), platform, tactic
        read, unread = await run.io_bound(
            found.tried, name, found.front_of, self.project, name, chosen
        )
        if (name, asked) != (self.experiment.value, self.run.value):
            return  # another run was chosen meanwhile
        if read is None:
            self.hint.set_text(unread)
            return
        self.front, knee = read
        numbers = [name for name in OBJECTIVES if name in self.front]
        labels = {"row": "Row"} | {n: OBJECTIVES[n].axis for n in numbers} | {"digest": "Digest"}
        self.table.columns = columns(labels)
        self.table.rows = [
            {"row": number, "digest": row["digest"][:12]}
            | {n: float(f"{row[n]:.5g}") for n in numbers}
            for number, row in self.front.iterrows()
        ]
        self.table.update()
        if knee is None:
            self.hint.set_text(EMPTY_FRONT)
            return
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
        except Exception as error:  # of a user's class, too
            problem(error)
            return
        finally:
            self.button.props(remove="loading")
        if done.returncode:
            problem(done.stderr[-2000:] or done.stdout[-2000:])
        else:
            told("Exported.")
        await self.list_files()

    async def list_files(self) -> None:
        """Show the files of the last export as downloads, and the measured values of its
        sub-network."""
        name = self.experiment.value
        about, unread = await run.io_bound(
            found.tried, f"{name}, export", found.export_of, self.project, name
        )
        files, _ = found.tried(name, self.project.exported, name)
        self.exported.clear()
        if unread:
            problem(unread)
        if about is None:
            return
        title, measured = about
        with self.exported:
            ui.label("The last export").classes("text-lg")
            ui.label(title)
            numbers = {
                OBJECTIVES[n].axis if n in OBJECTIVES else n: f"{v:.5g}"
                for n, v in measured.items()
            }
            with ui.element("div").classes("scrolls w-full"):
                table = ui.table.from_pandas(pd.DataFrame([numbers]))
                table.props("dense flat bordered hide-bottom")
            with ui.row():
                ui.button("Download all", icon="download", on_click=lambda: self.download())
                for path in files or []:
                    size = f"{max(1, round(path.stat().st_size / 1e3)):,} kB"
                    ui.button(
                        f"{path.name} ({size})", on_click=lambda _, n=path.name: self.download(n)
                    ).props("outline no-caps")

    async def download(self, file: str | None = None) -> None:
        """Send a file of the last export, or all as a ZIP. The files are looked for and read now:
        they may be others than those that the page has listed."""
        name = self.experiment.value
        content, unread = await run.io_bound(found.tried, name, self.project.download, name, file)
        if content is None:
            problem(unread)
        else:
            ui.download.content(content, file or f"{name}.zip")


def take_home(project: Project) -> None:
    with page("/take-home"):
        TakeHome(project)
