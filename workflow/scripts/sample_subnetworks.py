"""Write the sample of a seed: its population, one row per sub-network."""

import json
from pathlib import Path

from archfront.files import write_table
from archfront.search.sampling import initial_sample
from archfront.tables import with_digests
from job import logged, supernet

with logged(snakemake.log[0]):
    space = supernet(snakemake.params).space
    sampling = snakemake.params.sampling
    given = json.loads(Path(sampling["file"]).read_text()) if sampling["file"] else []
    population = initial_sample(
        space, sampling["count"], int(snakemake.wildcards.seed), sampling["extremes"], given
    )
    write_table(snakemake.output.population, with_digests(space, population))
