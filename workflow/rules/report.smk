# Texts in Snakemake's report. Snakemake writes the parameters of jobs, and so the texts of the config,
# as JSON into <script> elements. A browser ends such an element at "</script>", also within a text.

from functools import wraps

from snakemake.report.html_reporter import data as report_data


def without_tags(render):
    """The function ``render``, with each "<" in its JSON written as an escape of JSON."""

    @wraps(render)
    def rendered(*args, **kwargs):
        return render(*args, **kwargs).replace("<", r"\u003c")

    return rendered


for name in [name for name in dir(report_data) if name.startswith("render_")]:
    setattr(report_data, name, without_tags(getattr(report_data, name)))
