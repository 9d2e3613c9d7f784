"""The parts that all pages share: the links between the pages, the choice of light or dark colours,
and the display of messages."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from nicegui import ui

from archfront.pages import found
from archfront.pages.project import Project

PAGES = {"/": "Set up", "/run": "Run", "/explore": "Explore", "/take-home": "Take home"}
STYLE = """
:root { color-scheme: light dark; }
.fields { display: grid; grid-template-columns: repeat(auto-fill, minmax(15rem, 1fr)); gap: 1rem;
          width: 100%; }
.q-field--with-bottom { padding-bottom: 0 !important; }
.q-field__bottom { position: static !important; transform: none !important; }
.q-field__messages { white-space: pre-line; line-height: 1.25; }
.hint, .section .q-item__label--caption { color: inherit; opacity: .75; }
.scrolls { overflow-x: auto; max-width: 100%; }
.sides { display: grid; grid-template-columns: minmax(0, 3fr) minmax(0, 2fr); gap: 1.5rem;
         width: 100%; }
@media (max-width: 900px) { .sides { grid-template-columns: minmax(0, 1fr); } }
.sheet { background: #fff; }
body.body--dark .sheet { background: #121212; }
.chart { width: 100%; height: 24rem; }
body.body--dark :is(.q-btn--outline, .q-btn--flat, .q-field) { --q-primary: #56B4E9; }
a.here { font-weight: bold; text-decoration: underline; }
:focus-visible { outline: 2px solid #E69F00 !important; outline-offset: 2px; }
"""


@contextmanager
def page(here: str) -> Iterator[None]:
    """Draw the frame of the page at the address ``here``. The ``with`` block draws the content."""
    ui.add_css(STYLE)
    ui.colors(primary="#0072B2", negative="#C1400C", positive="#00704F")
    dark = ui.dark_mode(None)
    with ui.header(fixed=False).classes("items-center gap-x-4 gap-y-1 px-4 py-2"):
        ui.label("archfront").classes("text-lg font-bold")
        with ui.element("nav").classes("flex gap-4").props('aria-label="Pages"'):
            for address, title in PAGES.items():
                link = ui.link(title, address).classes("text-white")
                if address == here:
                    link.classes("here").props('aria-current="page"')
        ui.space()
        # "auto" follows the setting of the operating system.
        looks = {"auto": None, "light": False, "dark": True}
        ui.toggle(
            list(looks), value="auto", on_change=lambda e: dark.set_value(looks[e.value])
        ).props(
            'dense no-caps color="white" text-color="primary" toggle-color="blue-grey-10" '
            'aria-label="Colours"'
        )
    with ui.column().classes("w-full max-w-screen-xl mx-auto gap-4").props('role="main"'):
        yield


def drawn_chart(options: dict, **handlers: Callable) -> ui.echart:
    """Draw a chart of :mod:`archfront.pages.charts` as SVG. Browsers can search the text of an SVG,
    and screen readers can read it out."""
    return ui.echart(options, renderer="svg", **handlers).classes("chart")


def columns(labels: dict[str, str]) -> list[dict]:
    """Sortable columns of a table, from the label of each column's name."""
    return [
        {"name": name, "label": label, "field": name, "sortable": True, "align": "left"}
        for name, label in labels.items()
    ]


def problem(message: object) -> None:
    """Show an error message until the user closes it."""
    ui.notify(
        str(message),
        type="negative",
        multi_line=True,
        timeout=0,
        close_button="Close",
        classes="whitespace-pre-line",
    )


def experiments_with(project: Project, file: str) -> tuple[list[str], str | None]:
    """The experiments in which a run has this file (see :meth:`Project.having`), and the first of
    them that can be read. Without one, the page says so, and the second is None."""
    begun = project.having(file)
    if not begun:
        ui.label("Nothing was measured yet: set up an experiment and run it.")
        return begun, None
    first, problems = found.first_readable(project, begun)
    for message in problems:
        problem(message)
    if first is None:
        ui.label("None of the experiments that were run can be read.")
    return begun, first


def told(message: str) -> None:
    ui.notify(message, type="positive")
