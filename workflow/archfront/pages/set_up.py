"""The page Set up: a form for an experiment's file. Each change is checked, and the cost of the
experiment is estimated again.

A check imports the code that the config names, which runs it. The page does not do so because a
file is opened: it names the code, and waits until the user presses a button.
"""

from copy import deepcopy

from nicegui import background_tasks, run, ui

from archfront.config.experiment import validated
from archfront.core.registry import ConfigError
from archfront.pages import found
from archfront.pages.earlier import Proposal, proposal
from archfront.pages.fields import places, plug_ins, put
from archfront.pages.form import Form
from archfront.pages.frame import page, problem, told
from archfront.pages.project import Project, as_yaml, printable
from archfront.runs.cost_estimate import told as plan_told


def checked(project: Project, config: dict) -> tuple[str, str, Proposal | None]:
    """The problems of a config and the estimated cost of the experiment, as text, and an earlier
    search to start from. If the config has problems, the cost is empty and no start is proposed."""
    try:
        project.check_files(config)
        settings = validated(config)
        cost = plan_told(found.plan_of(project, settings))
        return "", cost, proposal(project, settings)
    except Exception as error:  # of a user's class, too
        known = isinstance(error, ConfigError | OSError)
        told = str(error) if known else f"{type(error).__name__}: {error}"
        return printable(told) or type(error).__name__, "", None


class SetUp:
    """The page's state: the form, the file that is open, and the number of the newest check."""

    def __init__(self, project: Project):
        self.project, self.asked = project, 0
        self.opened: str | None = None
        self.version = ""
        self.trusted: set[str] = set()
        self.proposed: Proposal | None = None
        self.before: dict | None = None  # warm_start before the proposal was accepted
        self.accepted: dict | None = None  # and after it
        with ui.row().classes("w-full items-center sticky top-0 z-10 sheet py-2"):
            files = project.written()
            self.chosen = ui.select(files, label="Open", on_change=self.open).classes("w-72")
            self.chosen.props("outlined dense")
            self.save_button = ui.button("Save", icon="save", on_click=self.save)
            self.run_button = ui.button(
                "Save and go to run", icon="play_arrow", on_click=self.to_run
            )
            self.state = ui.label().classes("font-bold").props('role="status"')
        with ui.element("div").classes("sides"):
            with ui.column().classes("gap-3"):
                self.form = Form(self.changed, self.trusted)
            with ui.column().classes("gap-3"), ui.element("div").classes("sticky top-20 w-full"):
                self.others = ui.label().classes("text-negative whitespace-pre-line")
                self.trust_button = ui.button("Import and check", on_click=self.trust)
                self.trust_button.set_visibility(False)
                with ui.card().classes("w-full gap-2") as self.earlier:
                    self.words = ui.label()
                    self.accept_button = ui.button("Start from it", on_click=self.accept)
                    self.undo_button = ui.button("Undo", on_click=self.undo).props("outline")
                self.propose(None)
                ui.label("What it will cost").classes("text-lg")
                self.cost = ui.label().classes("font-mono text-xs whitespace-pre scrolls w-full")
                ui.label("The file").classes("text-lg")
                # A label, since ui.code takes a text with ``` in it for HTML.
                self.file = ui.label().classes("font-mono text-xs whitespace-pre scrolls w-full")
        self.chosen.set_value(files[0] if files else None)

    def open(self) -> None:
        path = self.chosen.value
        self.opened, self.version = None, ""
        self.accepted = None
        try:
            version = self.project.version(path)
            self.form.fill(self.project.read(path))
        except Exception as error:  # the file may hold anything
            known = isinstance(error, ConfigError | OSError)
            problem(error if known else f"{path} cannot be shown: {error}")
            self.form.fill({})
            return
        self.opened, self.version = path, version

    def changed(self) -> None:
        self.asked += 1
        self.file.set_text(as_yaml(self.form.config))
        self.state.set_text("Checking ...")
        background_tasks.create(self.check(self.asked))

    def propose(self, proposed: Proposal | None) -> None:
        """Show what an earlier search is worth as a start, and a button that fills in the section
        warm_start; after that, a button that takes it back."""
        accepted = self.accepted is not None and self.accepted == self.form.config.get("warm_start")
        if not accepted:
            self.proposed = proposed
        self.earlier.set_visibility(self.proposed is not None)
        self.words.set_text(self.proposed.words if self.proposed else "")
        self.accept_button.set_visibility(not accepted)
        self.undo_button.set_visibility(accepted)

    def accept(self) -> None:
        """Fill in the proposed warm start."""
        if self.proposed is not None:
            given = self.form.config.get("warm_start")
            self.before = deepcopy(given) if isinstance(given, dict) else None
            self.accepted = (self.before or {}) | deepcopy(self.proposed.keys)
            self.start(self.accepted)

    def undo(self) -> None:
        """Take the warm start back."""
        self.start(self.before)

    def start(self, warm: dict | None) -> None:
        put(self.form.config, ("warm_start",), deepcopy(warm))
        self.form.fill(self.form.config)
        self.propose(self.proposed)

    def trust(self) -> None:
        """Import the code that the config names now, and check the config."""
        self.trusted |= plug_ins(self.form.config)
        self.form.fill(self.form.config)

    async def check(self, number: int) -> None:
        waiting = sorted(plug_ins(self.form.config) - self.trusted)
        self.trust_button.set_visibility(bool(waiting))
        if waiting:
            self.tell(f"To check this config runs code: {', '.join(waiting)}", "")
            self.state.set_text("Not checked.")
            self.propose(None)
            return
        problems, cost, proposed = await run.io_bound(
            checked, self.project, deepcopy(self.form.config)
        )
        if number != self.asked:  # the config has changed since
            return
        self.tell(problems, cost)
        self.propose(proposed)

    def tell(self, problems: str, cost: str) -> None:
        """Show the problems and the cost. A config with problems cannot be saved."""
        beside, others = places(problems, self.form.paths)
        self.form.tell(beside)
        self.others.set_text("\n".join(others))
        self.cost.set_text(cost)
        count = len([line for line in problems.splitlines() if line])
        self.state.set_text("This can be run." if not count else f"{count} to be put right.")
        self.save_button.set_enabled(not count)
        self.run_button.set_enabled(not count)

    async def save(self) -> bool:
        """Write the file. True if it was written."""
        config = self.form.config
        try:
            place = self.project.place_of(str(config.get("experiment", "")))
            there = str(place.relative_to(self.project.root))
            lost = self.project.overwritten(there, self.opened, self.version)
            if lost and not await self.may_replace(lost):
                return False
            self.project.write(config)
            self.version = self.project.version(there)
        except (ConfigError, OSError) as error:
            problem(error)
            return False
        self.opened = there
        told(f"Written to {there}")
        return True

    @staticmethod
    async def may_replace(lost: str) -> bool:
        with ui.dialog() as dialog, ui.card():
            ui.label(f"{lost} Replace it?")
            with ui.row():
                ui.button("Replace", on_click=lambda: dialog.submit(True))
                ui.button("Keep", on_click=lambda: dialog.submit(False)).props("outline autofocus")
        return bool(await dialog)

    async def to_run(self) -> None:
        if await self.save():
            ui.navigate.to(f"/run?experiment={self.form.config['experiment']}")


def set_up(project: Project) -> None:
    with page("/"):
        SetUp(project)
