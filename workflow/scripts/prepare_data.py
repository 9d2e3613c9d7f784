"""Write the data that the measurements of the super-network read to the data folder."""

from pathlib import Path

from job import logged, supernet

from archfront.core.consistency import note
from archfront.supernets.conformity import refuse_unfit

with logged(snakemake.log[0]):
    params, folder = snakemake.params, Path(snakemake.output[0])
    network = supernet(params)
    refuse_unfit(network, [facts["supernet"] for facts in params.under.values()])
    folder.mkdir(parents=True)
    network.prepare_data(folder, params.settings)
    note(folder, params.under)
