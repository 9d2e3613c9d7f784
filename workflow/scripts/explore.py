"""Write the pages on which all measurements can be explored, sorted and filtered."""

from pathlib import Path

from job import logged

from archfront.analytics import explorer
from archfront.core.files import write_text
from archfront.supernets.registry import supernet

with logged(snakemake.log[0]):
    settings = snakemake.params.experiment
    table = explorer.measured(Path(snakemake.params.folder), settings)
    remarks = supernet(settings).remarks(settings["measurement"])
    pages = {
        snakemake.output.explorer: explorer.page(
            settings, explorer.chart(table, settings), remarks
        ),
        snakemake.output.measured: explorer.sortable(
            f"{settings['experiment']}: everything that was measured", table
        ),
    }
    for path, content in pages.items():
        write_text(path, content)
