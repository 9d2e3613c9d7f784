"""One page with all figures, tables and verdicts, in the paper's order."""

import base64
from pathlib import Path

import pandas as pd
from markupsafe import Markup

from archfront.analytics.templates import filled
from archfront.core.files import read_table
from archfront.paper import targets
from archfront.paper.claims import ERRATA
from archfront.paper.study import Study, remarks, title


def report(folder: Path, setting: str, studies: dict[str, Study], verdicts: pd.DataFrame) -> str:
    """HTML page that needs no other file. All text in the page is escaped.

    ``folder`` holds the targets' files; ``studies`` has the experiments of each target.
    """
    claims = verdicts.astype(object).where(verdicts.notna(), "").to_dict("records")
    shown = []
    for name, study in studies.items():
        module = targets.module(name)
        table = read_table(folder / f"{name}.csv") if name in targets.TABLES else None
        shown.append(
            {
                "name": name,
                "title": module.TITLE,
                "caption": module.CAPTION,
                "says": module.SAYS,
                "image": None if table is not None else encoded(folder / f"{name}.png"),
                "table": None if table is None else _html(table),
                "claims": [claim for claim in claims if claim["target"] == name],
                "remarks": remarks(study),
                "erratum": ERRATA.get(name),
                "settings": [described(settings) for settings in study.values()],
            }
        )
    return filled("paper.html", setting=setting, claims=claims, targets=shown)


def _html(table: pd.DataFrame) -> Markup:
    numbers = "{:.4g}".format
    return Markup(table.to_html(index=False, border=0, na_rep="", float_format=numbers))


def encoded(path: Path) -> str:
    return base64.b64encode(path.read_bytes()).decode()


def described(settings: dict) -> str:
    """A one-line description of an experiment."""
    loop = settings["concurrent"]
    seeds = len(settings["seeds"])
    return (
        f"{settings['experiment']}: {title(settings)}; {', '.join(settings['objectives'])}; "
        f"platforms {', '.join(settings['platforms'])}; {seeds} seed{'s' * (seeds > 1)}; "
        f"{settings['sampling']['count']} samples, iterations of {loop['batch']}, at most "
        f"{loop['iterations']}"
    )
