"""All that a GPU is wanted for, by one command, in so many minutes. See --help.

In order of value, each written down before the next begins:
smoke          every way a GPU is used: latency eager, channels_last and as a graph, batches of 1
               and 128; top-1, and how many predictions differ from those of the processor; what is
               refused.
repeat         random sub-networks timed twice by archfront's protocol and by a plain loop, as the
               machine is and beside another process on the GPU.
vision,        the experiments of `paper: devices` behind figures 5 and 6, table 1 and values:
threads        random samples, ConcurrentNAS, and each front measured on the other platforms.
*_rows         latencies of random sub-networks for figure 15 and table 3.
speed          validations a second in each precision, and how predictions change with it.
more           a second seed of vision and threads, if there is time.
draw           the figures and tables of what is there.

FOLDER (--out) then holds gpu.json, with all figures and what was cut short, left out or failed;
measurements.jsonl, the store's export; devices.zip, a folder with a config in which `snakemake
paper` draws all of it on a machine without a GPU once the export is imported, with the figures in
it; and gpu.log. A step that fails, or ends its process, does not end the others.
"""

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

NEEDED = {
    "cffi": "cffi",
    "jsonschema": "jsonschema",
    "matplotlib": "matplotlib",
    "moocore": "moocore",
    "numpy": "numpy",
    "ofa": "ofa",
    "pandas": "pandas",
    "PIL": "Pillow",
    "platformdirs": "platformdirs",
    "pymoo": "pymoo",
    "scipy": "scipy",
    "sklearn": "scikit-learn",
    "torch": "torch",
    "tqdm": "tqdm",
    "yaml": "PyYAML",
}
"""Modules that are imported, and the distributions that have them."""
GRACE = 40
"""Seconds that a step may take longer than it was given before its process is ended."""
AGAIN = 3
"""Exit status of the steps' process where the next step needs a new one."""
MOST_PROCESSES = 10
STEPS = Path(__file__).with_name("gpu_steps.py")


class Report:
    """What is known so far, as JSON in a file that is never half written."""

    def __init__(self, path: Path):
        self.path = path
        self.content = json.loads(path.read_text()) if path.exists() else {"steps": {}}

    def __getitem__(self, key: str):
        return self.content[key]

    def get(self, key: str, default=None):
        return self.content.get(key, default)

    def put(self, **values) -> None:
        self.content |= values
        self.save()

    def step(self, name: str, **values) -> None:
        self.content["steps"].setdefault(name, {}).update(values)
        self.save()

    def running(self) -> str | None:
        """The step that has begun and not ended."""
        states = {name: step["state"] for name, step in self.content["steps"].items()}
        return next((name for name, state in states.items() if state == "running"), None)

    def save(self) -> None:
        beside = self.path.with_name(f".{self.path.name}.part")
        beside.write_text(json.dumps(self.content, indent=1) + "\n")
        os.replace(beside, self.path)


def supervised(out: Path, until: float) -> None:
    """Run the steps in a process; in a new one where one ends with a step, or hangs in it."""
    path, environment = out / "gpu.json", {"OMP_NUM_THREADS": "2", "OPENBLAS_NUM_THREADS": "2"}
    for _ in range(MOST_PROCESSES):
        before = len(Report(path)["steps"])
        with open(out / "gpu.log", "a") as log:
            process = subprocess.Popen(
                [sys.executable, str(STEPS), str(out)],
                stderr=log,
                env=os.environ | environment,
                start_new_session=True,
            )
        try:
            why = watched(process, path, until)
        finally:
            end(process)
        report = Report(path)
        running = report.running()
        if running is not None:
            report.step(running, state="failed", why=why)
        in_vain = len(report["steps"]) == before
        if not why or in_vain or time.time() > until:
            return


def watched(process: subprocess.Popen, path: Path, until: float) -> str:
    """Until the process has ended; why another one must go on, or nothing."""
    while process.poll() is None:
        time.sleep(0.3)
        report = Report(path)
        running = report.running()
        limit = min(until, report["steps"][running]["until"] + GRACE if running else until)
        if time.time() > limit:
            return f"it was ended: {time.time() - report['began']:.0f} s after the beginning"
    code = process.returncode
    return "" if code == 0 else f"the process of the steps ended with status {code}"


def end(process: subprocess.Popen) -> None:
    """End the process and all that it has started."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def table(report: Report) -> None:
    """For people."""
    print(f"\n{'step':24}{'state':12}{'seconds':>9}")
    for name, step in report["steps"].items():
        print(f"{name:24}{step['state']:12}{step.get('seconds', 0):9.1f}  {step.get('why', '')}")
        for key, value in (step.get("figures") or {}).items():
            print(f"    {key:36}{json.dumps(value)}")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=10, help="for all of it")
    parser.add_argument("--out", type=Path, default=Path("results/gpu"), metavar="FOLDER")
    parser.add_argument("--device", default="cuda", help="cuda, cuda:N, or cpu for a rehearsal")
    given = parser.parse_args()
    began = time.time()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    lacking = sorted(NEEDED[name] for name in NEEDED if find_spec(name) is None)
    print(f"not installed, and needed: {', '.join(lacking) or 'nothing'}", flush=True)
    given.out.mkdir(parents=True, exist_ok=True)
    for old in ("gpu.json", "gpu.log", "measurements.jsonl", "devices.zip"):
        (given.out / old).unlink(missing_ok=True)
    report = Report(given.out / "gpu.json")
    asked = {"device": given.device, "minutes": given.minutes}
    work, until = tempfile.mkdtemp(prefix="archfront-gpu-"), began + 60 * given.minutes
    report.put(asked=asked, lacking=lacking, began=began, until=until, work=work)
    try:
        if not lacking:
            supervised(given.out, until)
    finally:
        shutil.rmtree(work, ignore_errors=True)
        report = Report(given.out / "gpu.json")
        report.put(seconds=round(time.time() - began, 1))
        table(report)
        print(json.dumps(report.content), flush=True)
    if lacking:
        sys.exit(1)


if __name__ == "__main__":
    main()
