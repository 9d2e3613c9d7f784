"""All measurements of an experiment, as a page with an interactive chart and as a page with a table
to sort and filter. Both pages need no other file and no network."""

import json
import warnings
from pathlib import Path

import pandas as pd
from markupsafe import Markup

from archfront.analytics.style import axes_of, look
from archfront.analytics.templates import filled
from archfront.config.layout import Run
from archfront.config.queries import POPDB, WARM, runs
from archfront.core.archive import front, read_archive
from archfront.core.objective import OBJECTIVES
from archfront.core.population_table import labelled, read_population
from archfront.supernets.registry import supernet

EVERYTHING, FRONTS = "everything", "fronts"


def measured(folder: Path, settings: dict) -> pd.DataFrame:
    """One row per run and sub-network: ``platform, tactic, seed, iteration, digest``, the measured
    and exact objectives, ``reason`` (why a measurement is missing), ``shown`` (:data:`FRONTS` on
    the run's front, else :data:`EVERYTHING`), and ``configuration`` as JSON."""
    space, parts = supernet(settings).space, []
    for seed, platform, tactic in runs(settings):
        archive = read_archive(folder / Run(seed, platform, tactic).archive)
        best = front(archive, settings["objectives"], settings["bounds"])["digest"]
        numbers = [name for name in OBJECTIVES if name in archive]
        rows = archive[["iteration", "digest", *numbers, "reason"]].copy()
        rows["shown"] = archive["digest"].isin(best).map({True: FRONTS, False: EVERYTHING})
        decoded = space.decode(read_population(space, archive))
        rows["configuration"] = [json.dumps(configuration) for configuration in decoded]
        parts.append(labelled(rows, platform=platform, tactic=tactic, seed=seed))
    return pd.concat(parts, ignore_index=True)


def chart(table: pd.DataFrame, settings: dict) -> dict:
    """The Vega-Lite specification of the chart: a panel with the first objective against each other
    objective. A brush links the panels."""
    import altair as alt

    quality, _ = axes_of(settings)
    others = [n for n in OBJECTIVES if n in table and n != quality and table[n].notna().any()]
    others.sort(key=lambda n: n not in settings["objectives"])
    names = list(settings["platforms"])
    tactics = list(dict.fromkeys(table["tactic"]))
    kinds = list(json.loads(table["configuration"].iloc[0]))
    rows = table.drop(columns="reason").to_dict("records")
    for row in rows:
        for kind, values in json.loads(row["configuration"]).items():
            row[f"its {kind}"] = " ".join("-" if value is None else str(value) for value in values)
    data = alt.InlineData(values=[{k: v for k, v in r.items() if v == v} for r in rows])
    platform = alt.param(
        name="platform", value=names[0], bind=alt.binding_select(options=names, name="Platform")
    )
    tactic = alt.param(
        name="tactic",
        value="all",
        bind=alt.binding_select(options=["all", *tactics], name="Tactic"),
    )
    shown = alt.param(
        name="shown",
        value=FRONTS,
        bind=alt.binding_radio(options=[FRONTS, EVERYTHING], name="Show"),
    )
    brush = alt.selection_interval(name="brush")
    told = ["platform", "tactic", "seed", "iteration", "digest", quality, *others]
    base = (
        alt.Chart(data)
        .mark_point(filled=True, size=60, opacity=0.85)
        .encode(
            y=alt.Y(f"{quality}:Q", title=OBJECTIVES[quality].axis, scale=alt.Scale(zero=False)),
            color=alt.condition(
                brush,
                alt.Color(
                    "tactic:N",
                    title="Tactic",
                    scale=alt.Scale(
                        domain=tactics, range=[look(tactic)["colour"] for tactic in tactics]
                    ),
                ),
                alt.value("#9a9a9a55"),
            ),
            shape=alt.Shape(
                "tactic:N",
                title="Tactic",
                scale=alt.Scale(domain=tactics, range=[_shape(tactic) for tactic in tactics]),
            ),
            tooltip=[
                *(alt.Tooltip(f"{n}:N") for n in told[:5]),
                *(alt.Tooltip(f"{n}:Q", format=".5~g") for n in told[5:]),
                *(alt.Tooltip(f"its {kind}:N", title=kind) for kind in kinds),
            ],
        )
        .transform_filter("datum.platform == platform")
        .transform_filter("tactic == 'all' || datum.tactic == tactic")
        .transform_filter(f"shown == '{EVERYTHING}' || datum.shown == '{FRONTS}'")
        .properties(width=290, height=260)
    )
    panels = [
        base.encode(
            x=alt.X(f"{other}:Q", title=OBJECTIVES[other].axis, scale=alt.Scale(zero=False))
        )
        for other in others
    ]
    with warnings.catch_warnings():  # altair warns that all panels share one brush
        warnings.simplefilter("ignore", UserWarning)
        whole = alt.concat(*panels, columns=2).add_params(platform, tactic, shown, brush)
    return whole.configure(background="transparent").to_dict()


def _shape(tactic: str) -> str:
    """Vega's name of the marker of a tactic. The variants of a tactic have other markers."""
    for suffix, shape in ((POPDB, "triangle-up"), (WARM, "diamond")):
        if tactic.endswith(suffix):
            return shape
    return {"full": "square", "concurrent": "circle"}.get(tactic, "triangle-down")


def page(settings: dict, spec: dict, remarks: list[str]) -> str:
    """The HTML page with the chart ``spec`` and the libraries that draw it, from vl-convert."""
    import vl_convert

    # The types of vl-convert lack the default of the snippet.
    bundle = vl_convert.javascript_bundle()  # type: ignore[call-arg]
    # "</script" anywhere in the data would end the script, and "<!--" would hide its end.
    content = json.dumps(spec).replace("<", r"\u003c")
    return filled(
        "explorer.html",
        experiment=settings["experiment"],
        remarks=remarks,
        bundle=Markup(bundle.replace("</script", "<\\/script")),
        spec=Markup(content),
    )


def sortable(title: str, table: pd.DataFrame) -> str:
    """The HTML page with a table that itables lets readers sort, search, and filter by column."""
    from itables import options, to_html_datatable
    from itables.javascript import generate_init_offline_itables_html

    shown = to_html_datatable(
        table.rename(columns=lambda name: str(Markup.escape(name))),  # itables escapes only cells
        connected=False,
        allow_html=False,
        table_id="measured",
        column_filters="header",
        layout={"topStart": "pageLength", "topEnd": "search", "bottomEnd": "paging"},
        maxBytes=0,
    )
    library = generate_init_offline_itables_html(options.dt_bundle)
    return (
        "<!doctype html><meta charset='utf-8'><meta name='viewport' "
        "content='width=device-width, initial-scale=1'>"
        f"<title>{Markup.escape(title)}</title>"
        "<style>:root{color-scheme:light dark}body{font:14px sans-serif;margin:1rem}</style>"
        f"<h1>{Markup.escape(title)}</h1>{library}{shown}\n"
    )
