"""The files that are made from the models of the config: the JSON schema and the config reference.

``python -m archfront.config.reference`` writes them to the checkout. A test compares them with the
models.
"""

from collections.abc import Iterator, Mapping

import yaml

from archfront.config.model import Rules
from archfront.config.schema import schema
from archfront.core.files import write_text

SCHEMA, PAGE = "workflow/schemas/config.schema.yaml", "docs/config.md"
ORIGIN = "workflow/archfront/config/models.py"
RULES = {
    "enum": "one of {}",
    "minimum": "at least {}",
    "exclusiveMinimum": "more than {}",
    "maximum": "at most {}",
    "exclusiveMaximum": "less than {}",
    "pattern": "matches `{}`",
    "minItems": "at least {} items",
    "minProperties": "at least {} entries",
    "uniqueItems": "no item twice",
}
"""Text of the keywords of JSON schema."""
TYPES = {"array": "list", "object": "mapping"}
"""YAML's words for the types of JSON schema."""


def schema_file() -> str:
    """The JSON schema as YAML. Editors check a config with it."""
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "An archfront experiment",
    }
    text = yaml.safe_dump(head | schema(), sort_keys=False, width=100, allow_unicode=True)
    return f"# Made from {ORIGIN} by `make generate`.\n{text}"


def page() -> str:
    """The config reference as Markdown: the keys at the top, then a table per section."""
    whole = schema()
    sections = {name: _section(part) for name, part in whole["properties"].items()}
    lines = [
        "# Config",
        "",
        f"<!-- Made from {ORIGIN} by `make generate`. -->",
        "",
        "Every key of `config.yaml` and of the files in `experiments/`. Only `experiment` and",
        "`platforms` are required.",
        "",
        *_table({n: p for n, p in whole["properties"].items() if sections[n] is None}),
    ]
    for name, part in whole["properties"].items():
        keys = sections[name]
        if keys is not None:
            below = "" if "properties" in part else ".<name>"
            lines += ["", f"## {name}", "", part["description"], ""]
            lines += _table(keys, f"{name}{below}.")
    return "\n".join(lines) + "\n"


def _section(part: Rules) -> dict[str, Rules] | None:
    """The keys of a section, or of each of its named mappings; None for a key with one value."""
    each = part.get("additionalProperties")
    if part.get("type") != "object":
        return None
    inner = each.get("properties") if isinstance(each, dict) else None
    keys: dict[str, Rules] | None = part.get("properties") or inner
    return keys


def _table(keys: Mapping[str, Rules], place: str = "") -> Iterator[str]:
    yield "| key | default | value | meaning |"
    yield "|---|---|---|---|"
    for name, part in keys.items():
        default = f"`{_plain(part['default'])}`" if "default" in part else ""
        meaning = part["description"].replace("|", "\\|").replace("<", "&lt;")
        yield f"| `{place}{name}` | {default} | {_allowed(part)} | {meaning} |"


def _allowed(part: Rules) -> str:
    """The type and the range of a value."""
    types = part.get("type", [])
    kinds = [types] if isinstance(types, str) else types
    told = [" or ".join(TYPES.get(kind, kind) for kind in kinds)] if kinds else []
    for rule in filter(part.__contains__, RULES):
        value = part[rule]
        told.append(RULES[rule].format(", ".join(value) if rule == "enum" else value))
    for label, inner in (
        ("items", part.get("items")),
        ("values", part.get("additionalProperties")),
    ):
        if isinstance(inner, dict) and "properties" not in inner:
            told.append(f"{label}: {_allowed(inner)}")
        elif isinstance(inner, dict):
            told.append(f"{label}: {', '.join(f'`{name}`' for name in inner['properties'])}")
    return "; ".join(told).replace("|", "\\|")


def _plain(value: object) -> str:
    """A value as YAML on one line."""
    text: str = yaml.safe_dump(value, default_flow_style=True, width=10_000)
    return text.strip().removesuffix("...").strip()


def main() -> None:
    """Write both files. The current folder is the checkout."""
    for path, text in ((SCHEMA, schema_file()), (PAGE, page())):
        write_text(path, text)


if __name__ == "__main__":
    main()
