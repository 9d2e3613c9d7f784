"""The HTML pages of the reports, filled in."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader

FOLDER = Path(__file__).parents[2] / "report"


def filled(name: str, **values: object) -> str:
    """The page of this name in ``workflow/report``; what is filled in is escaped."""
    environment = Environment(loader=FileSystemLoader(FOLDER), autoescape=True)
    return environment.get_template(name).render(**values) + "\n"
