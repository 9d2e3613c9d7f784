"""Table 1: the platforms, from the recorded facts of the hosts that measured."""

from pathlib import Path

import pandas as pd

from archfront.config.layout import Run
from archfront.core.platform import described
from archfront.measurement.store import MeasurementStore
from archfront.paper.study import Study, files_of

TITLE = "Table 1: platforms"
CAPTION = """\
The platforms of the experiments, and the hosts that the store has measurements of: as they told
of themselves."""
SAYS = """\
Intel Xeon Platinum 8180 (192 GB, 56 threads, Skylake), Platinum 8280 (192 GB, 56, Cascade Lake);
NVIDIA V100 (32 GB, host 32 threads, Skylake), A100 (32 GB, host 32, Cascade Lake)."""
HOST = "processor", "microarchitecture", "cores", "memory_gib", "system"
ROLES = "vision", "threads", "residual", "translation", "vision_rows", "residual_rows"


def inputs(study: Study) -> list[str]:
    """The archive of the samples on each platform, so that each platform has measurements in the
    store."""
    return files_of(
        study, lambda s: (Run(s["seeds"][0], name, "samples").archive for name in s["platforms"])
    )


def table(results: Path, study: Study) -> pd.DataFrame:
    """One row per platform and kind of host that measured on it: ``platform`` (device, threads,
    batch size ...), ``processor, microarchitecture, cores, memory_gib, system, gpus``. The
    microarchitecture is empty for hosts that measured before it was recorded."""
    store = MeasurementStore(results / "store")
    sessions, rows = store.sessions(), {}
    for measurement in store.measurements():
        if "platform" in measurement.key:
            # The line with the facts may be damaged.
            facts = sessions.get(measurement.session, {})
            row = {"platform": described(measurement.key["platform"])} | {
                name: facts.get(name) for name in HOST
            }
            row["gpus"] = "; ".join(facts.get("gpus", []))
            rows[str(row)] = row
    return pd.DataFrame(rows[key] for key in sorted(rows))
