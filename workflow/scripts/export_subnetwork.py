"""Export one sub-network of a front, with its measured values."""

from pathlib import Path

from job import logged, supernet

from archfront.analytics.selection import choose
from archfront.core.files import read_table, write_json
from archfront.core.objective import OBJECTIVES
from archfront.core.population_table import read_population

with logged(snakemake.log[0]):
    params, folder = snakemake.params, Path(snakemake.output[0])
    export, network = params.export, supernet(snakemake.params)
    front = read_table(snakemake.input.front)
    row = choose(front, params.objectives, export["choose"], export["row"], export["at_most"])
    (configuration,) = network.space.decode(read_population(network.space, row.to_frame().T))
    folder.mkdir()
    settings = params.settings | {"data": snakemake.input.data}
    checked = network.export(configuration, folder, settings)
    numbers = {name: float(row[name]) for name in OBJECTIVES if name in row}
    platform = {export["platform"]: params.platforms[export["platform"]]}
    about = {"digest": row["digest"], "front": snakemake.input.front, "platform": platform}
    told = {"measured": numbers, "checked": checked, "remarks": network.remarks(params.settings)}
    write_json(folder / "measurements.json", about | told)
