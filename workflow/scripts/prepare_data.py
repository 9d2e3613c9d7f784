"""Write the data that the measurements of the super-network read to the data folder."""

from pathlib import Path

from job import logged, supernet

from archfront.core.consistency import note

with logged(snakemake.log[0]):
    folder = Path(snakemake.output[0])
    folder.mkdir(parents=True)
    supernet(snakemake.params).prepare_data(folder, snakemake.params.settings)
    note(folder, snakemake.params.under)
