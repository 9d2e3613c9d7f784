"""Write the summary and the provenance of an experiment, as files and as pages of the report."""

from pathlib import Path

from job import logged

from archfront.analytics.summary import page, provenance, provenance_table, summary_table
from archfront.core.files import write_json, write_table, write_text
from archfront.measurement.store import MeasurementStore

with logged(snakemake.log[0]):
    settings = snakemake.params.experiment
    folder = Path(snakemake.params.folder)
    summary = summary_table(folder, settings)
    facts = provenance(settings, folder, MeasurementStore(snakemake.params.store))
    write_table(snakemake.output.summary, summary)
    write_json(snakemake.output.provenance, facts)
    write_text(snakemake.output.summary_page, page("Summary", summary))
    write_text(snakemake.output.provenance_page, page("Provenance", provenance_table(facts)))
