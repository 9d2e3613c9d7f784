"""The HTML pages of the reports, from templates."""

from jinja2 import Environment, FileSystemLoader

from archfront.core.project import WORKFLOW

FOLDER = WORKFLOW / "report"


def filled(name: str, **values: object) -> str:
    """The HTML page from the template ``name`` in ``workflow/report``. Values are escaped, except
    values of the type ``Markup``."""
    environment = Environment(loader=FileSystemLoader(FOLDER), autoescape=True)
    return environment.get_template(name).render(**values) + "\n"
