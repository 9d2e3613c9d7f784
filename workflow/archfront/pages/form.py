"""The form of a config, drawn from the fields of its schema."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from nicegui import ui

from archfront.config.schema import schema
from archfront.core.platform import suggested_platforms
from archfront.pages.fields import (
    Field,
    Path,
    as_text,
    fields,
    from_text,
    plug_ins,
    put,
    supernet_options,
    task_of,
    this_host,
    value_at,
)

if TYPE_CHECKING:
    from nicegui.events import ValueChangeEventArguments

OPEN = {"platforms", "sampling", "full", "concurrent"}
"""Sections that are open at first, since most users fill them in. A section that is not in this set
is open at first only if the config has a value in it."""
SUPERNET: Path = ("supernet",)


class Form:
    """Fields for all keys. ``config`` holds only the values that were filled in.

    The form calls ``changed`` after each change. :meth:`tell` puts messages beside the fields. The
    form imports a super-network outside archfront only if it is in ``trusted``.
    """

    def __init__(self, changed: Callable[[], None], trusted: set[str]):
        self.config: dict = {}
        self._trusted = trusted
        self._changed = changed
        self._shown: dict[Path, ui.element] = {}
        self._box = ui.column().classes("w-full gap-3")

    @property
    def paths(self) -> set[Path]:
        return set(self._shown)

    def fill(self, config: dict) -> None:
        """Show this config in the form."""
        self.config = config
        self._draw()
        self._changed()

    def tell(self, beside: dict[Path, list[str]]) -> None:
        """Show the messages of each field. A field without messages shows none."""
        for path, element in self._shown.items():
            message = "\n".join(beside.get(path, []))
            if isinstance(element, ui.label):
                element.set_text(message)
            else:
                element.error = message or None

    def _set(self, path: Path, value: object) -> None:
        put(self.config, path, value)
        self._changed()

    def _draw(self) -> None:
        self._shown.clear()
        self._box.clear()
        with self._box:
            for field in fields(schema()):
                self._field(field)

    def _field(self, field: Field) -> None:
        if field.path == SUPERNET:
            self._supernet(field)
        elif field.kind == "group":
            self._section(field, lambda: self._group(field))
        elif field.kind == "named":
            self._section(field, lambda: self._named(field))
        else:
            self._simple(field)

    def _section(self, field: Field, draw: Callable[[], object]) -> None:
        is_open = field.path[-1] in OPEN or value_at(self.config, field.path) is not None
        with ui.expansion(field.label, caption=field.description, value=is_open).classes(
            "w-full border rounded section"
        ):
            draw()

    def _group(self, field: Field) -> None:
        with ui.element("div").classes("fields"):
            for part in field.parts:
                self._field(part)

    def _simple(self, field: Field, path: Path | None = None) -> None:
        path = path or field.path
        value, label = value_at(self.config, path), field.label
        if field.kind == "switch":
            with ui.column().classes("gap-0"):
                shown = ui.switch(label, value=field.default if value is None else value)
                ui.label(field.description).classes("text-xs hint")
                self._shown[path] = ui.label().classes("text-negative text-xs")
            shown.on_value_change(lambda e: self._set(path, e.value))
            return
        if field.kind in ("choice", "choices"):
            shown = self._choice(field, label, value)
            shown.on_value_change(
                lambda e: self._set(path, e.value if e.value not in ("", []) else None)
            )
        else:
            shown = ui.input(label, value=as_text(field.kind, value))
            shown.on_value_change(lambda e: self._set(path, from_text(field.kind, e.value or "")))
            shown.props("debounce=300 stack-label")
            if field.default is not None:
                shown.props["placeholder"] = as_text(field.kind, field.default)
        shown.props["hint"] = field.description
        shown.classes("w-full").props("outlined dense")
        self._shown[path] = shown

    @staticmethod
    def _choice(field: Field, label: str, value: object) -> ui.select:
        several = field.kind == "choices"
        listed = value if isinstance(value, list) else [value]
        options = [*field.options, *(v for v in listed if v is not None and v not in field.options)]
        if field.default not in (None, []):
            default = field.default if several else [field.default]
            label = f"{label} (default: {', '.join(map(str, default))})"
        chosen = ui.select(
            options,
            label=label,
            value=(listed if value is not None else []) if several else value,
            multiple=several,
            clearable=True,
            with_input=field.own,
            new_value_mode="add-unique" if field.own else None,
        )
        return chosen.props("use-chips") if several else chosen

    # -- super-network and named groups ------------------------------------------------------------

    def _supernet(self, field: Field) -> None:
        """Draw the name of the super-network, and a field for each further option that it takes."""
        given = value_at(self.config, SUPERNET)
        options = dict(given) if isinstance(given, dict) else {}
        name = options.pop("name", given)
        shown = self._choice(field, field.label, name)
        shown.props["hint"] = field.description
        shown.classes("w-full").props("outlined dense")
        self._shown[SUPERNET] = shown

        def chosen(event: "ValueChangeEventArguments") -> None:
            self._set(SUPERNET, event.value or None)
            self._draw()
            self._changed()

        shown.on_value_change(chosen)
        known: list[str] = list(options)
        if plug_ins({"supernet": given}) <= self._trusted:
            ui.label(task_of(given or field.default)).classes("hint text-xs")
            known = supernet_options(name) if isinstance(name, str) else []
        for option in known:
            self._option(name, option)

    def _option(self, name: str, option: str) -> None:
        path = (*SUPERNET, option)
        shown = ui.input(f"{name}: {option}", value=as_text("yaml", value_at(self.config, path)))

        def changed(event: "ValueChangeEventArguments") -> None:
            given = value_at(self.config, SUPERNET)
            whole = dict(given) if isinstance(given, dict) else {"name": name}
            put(whole, (option,), from_text("yaml", event.value or ""))
            self._set(SUPERNET, whole if len(whole) > 1 else name)

        shown.on_value_change(changed)
        shown.classes("w-full").props("outlined dense debounce=300")
        self._shown[path] = shown

    def _named(self, field: Field) -> None:
        """Draw one card per name, such as a platform. Below the cards, draw the facts of this host
        and buttons that add the platforms that this host can provide."""
        groups = value_at(self.config, field.path) or {}
        self._shown[field.path] = ui.label().classes("text-negative text-xs whitespace-pre-line")
        for name in groups:
            path = (*field.path, name)
            with ui.card().classes("w-full gap-2"):
                with ui.row().classes("w-full items-center no-wrap"):
                    ui.label(name).classes("font-bold grow")
                    remove = ui.button(
                        icon="delete", on_click=lambda _, p=path: self._replace(p, None)
                    ).props("flat dense")
                    # Not in the text of props(), from which a name could make further properties.
                    remove.props["aria-label"] = f"Remove {name}"
                self._shown[path] = ui.label().classes("text-negative text-xs whitespace-pre-line")
                with ui.element("div").classes("fields"):
                    for part in field.parts:
                        self._simple(part, (*path, part.path[-1]))
        ui.label(f"This host: {this_host()}").classes("hint text-xs")
        suggested = {n: s for n, s in suggested_platforms().items() if n not in groups}
        with ui.row().classes("items-center"):
            for name, settings in suggested.items():
                ui.button(
                    f"Add {name}",
                    icon="add",
                    on_click=lambda _, n=name, s=settings: self._replace((*field.path, n), dict(s)),
                ).props("outline no-caps dense")
            own = ui.input("another name").props("dense outlined")

            def add() -> None:
                if own.value:
                    self._replace((*field.path, own.value), {"threads": 1})

            ui.button("Add", on_click=add).props("outline no-caps dense")

    def _replace(self, path: Path, value: object) -> None:
        put(self.config, path, value)
        self._draw()
        self._changed()
