"""What the workflow itself costs: its graph, the store at a million, jobs around measurements.
See --help.

graph: time and memory of a dry run over 5 seeds, 4 platforms, 5 iterations and 10 chunks of
       samples, and over ten times the seeds, before anything is there.
store: so many measurements, and how long one chunk's 25 are looked up among them.
chunk: a measuring job of 25 sub-networks of one second each: what it takes beyond these 25 seconds.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import yaml

from archfront.measurement.store import checksum, key_digest

ROOT = Path(__file__).parents[1]
PLUGINS = ROOT / "tests" / "plugins"


def experiment(folder: Path, seeds: int, **more: object) -> Path:
    platforms = {f"batch_{size}": {"batch_size": size} for size in (1, 2, 4, 8)}
    config = {
        "experiment": "scale",
        "supernet": "instant:Instant",
        "platforms": platforms,
        "seeds": [*range(1, seeds + 1)],
        "sampling": {"count": 200},
        "measurement": {"chunk_size": 20},
        "concurrent": {"iterations": 5, "batch": 20},
        "popdb": {"enabled": False},
    }
    folder.mkdir(exist_ok=True)
    text = yaml.safe_dump(config | more)
    (folder / "config.yaml").write_text(text, encoding="utf-8", newline="")
    return folder


def snakemake(folder: Path, *arguments: str, **environment: str) -> tuple[float, float, str]:
    """CPU seconds, GB at most, and what was said."""
    paths = f"{ROOT / 'workflow'}:{PLUGINS}"
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-m", "snakemake", "-s", str(ROOT / "Snakefile"), *arguments]
    done = subprocess.run(
        command,
        cwd=folder,
        env=os.environ | {"PYTHONPATH": paths} | environment,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise RuntimeError(done.stderr[-3000:])
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return cpu, after.ru_maxrss / 2**20, done.stdout


def graph(folder: Path, seeds: int) -> dict:
    cpu, memory, said = snakemake(experiment(folder, seeds), "-n")
    *_, total = (line.split()[1] for line in said.splitlines() if line.startswith("total"))
    return {"jobs": int(total), "seconds": round(cpu, 1), "gigabytes": round(memory, 2)}


def filled_store(folder: Path, count: int) -> tuple[Path, list[str]]:
    """A store of so many measurements in segments of 10,000, and the keys of 25 of them."""
    folder.mkdir()
    digests, facts = [], {"host": "benchmark", "processor": "any"}
    for begin in range(0, count, 10_000):
        with open(folder / f"segment{begin}.jsonl", "wb") as file:
            records = [{"session": f"segment{begin}", "facts": facts}]
            for number in range(begin, min(begin + 10_000, count)):
                key = {"objective": "top1", "protocol": 2, "supernet": "a" * 64}
                ks = [number // 3**i % 3 for i in range(20)]
                key["configuration"] = {"ks": ks, "e": ks, "d": [2, 3, 4, 2, 3]}
                digest = key_digest(key)
                record = {"at": digest, "key": key, "value": 70.0, "spread": 0.1, "reason": ""}
                times = {"started": number, "finished": number + 1.0}
                records.append(record | times | {"session": f"segment{begin}", "detail": {}})
                if number % (count // 25) == 0:
                    digests.append(digest)
            for record in records:
                text = json.dumps(record, separators=(",", ":")).encode()
                file.write(text + b"\t" + checksum(text) + b"\n")
    return folder, digests


def look_up(folder: Path, digests: list[str]) -> dict:
    """In a process of its own, as a measuring job is."""
    code = (
        "import json, resource, sys, time\n"
        "from archfront.measurement.store import MeasurementStore\n"
        "begin = time.perf_counter()\n"
        "found = MeasurementStore(sys.argv[1]).find(json.loads(sys.argv[2]))\n"
        "memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20\n"
        "print(json.dumps([len(found), time.perf_counter() - begin, memory]))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(folder), json.dumps(digests)],
        capture_output=True,
        text=True,
        check=True,
    )
    found, seconds, memory = json.loads(done.stdout)
    assert found == len(set(digests)), f"{found} of {len(digests)} found"
    return {"seconds": round(seconds, 2), "gigabytes": round(memory, 2)}


def chunk(folder: Path) -> dict:
    """One job of 25 measurements of a second each."""
    experiment(
        folder,
        1,
        sampling={"count": 25},
        measurement={"chunk_size": 25},
        learning_curve={"rows": [10]},
    )
    snakemake(folder, "results/scale/seed1/samples/population.csv", "results/scale/data")
    target = "results/scale/seed1/samples/measured/top1/0.csv"
    begin = time.perf_counter()
    cpu, _, _ = snakemake(folder, target, INSTANT_SECONDS="1")
    wall = time.perf_counter() - begin
    table = folder / "results/scale/seed1/benchmarks/samples/top1_0.tsv"
    job = float(table.read_text(encoding="utf-8").splitlines()[1].split("\t")[0])
    return {"job_seconds": round(job, 1), "share": round((job - 25) / 25, 3),
            "with_snakemake_seconds": round(wall, 1), "cpu": round(cpu, 1)}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="1 seed, 20,000 measurements")
    given = parser.parse_args()
    seeds, count = ((1,), 20_000) if given.quick else ((5, 50), 1_000_000)
    figures: dict = {}
    with tempfile.TemporaryDirectory() as place:
        for number in seeds:
            figures[f"graph_{number}_seeds"] = graph(Path(place) / f"graph{number}", number)
        folder, digests = filled_store(Path(place) / "store", count)
        figures["store"] = look_up(folder, digests)
        figures["chunk"] = chunk(Path(place) / "chunk")
    for name, numbers in figures.items():
        print(f"{name:>16}: " + ", ".join(f"{value} {unit}" for unit, value in numbers.items()))
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
