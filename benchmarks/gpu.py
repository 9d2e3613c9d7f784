"""Take all measurements of archfront that need a GPU, within a time limit.

The command runs the steps below in this order, the most valuable step first. Each step's results
are written before the next step begins. The command takes at most --minutes (10 by default), and
less if all steps end earlier. The time limit includes the imports and the drawing of the images.
A step ends early, "cut short", when its time is over. While a step runs, a part of the time is kept
for each later step. A step is skipped if less than this part is left.

smoke           Latency of the smallest and the largest sub-network: eager, channels_last and as a
                CUDA graph, in batches of 1 and 128. Top-1 of three sub-networks on the processor
                and on the GPU, and the number of predictions that differ. The error messages for
                settings that archfront must refuse.
repeat, first   Latency of 60 random sub-networks by archfront's protocol and by a plain loop. Both
                measure on the idle GPU, and then beside another process on the GPU.
vision          Experiment of figure 5 and table 1, for one thread of the processor and for the GPU
                with batches of 1 and 128. The step measures random samples, runs ConcurrentNAS, and
                measures each platform's front on the other platforms.
threads         Experiment of figure 6, the target `values` and table 1, for the GPU with batches of
                1, 16 and 128, and with batches of 1 without a CUDA graph. The step measures and
                searches like the step vision.
repeat, second  The measurements of "repeat, first" again. Kendall's tau and the median difference
                between the two measurements of a sub-network.
vision_rows, residual_rows, translation_rows
                Latencies of up to 100 random sub-networks of MobileNetV3, ResNet50 and a
                Transformer, for the latency predictors of figure 15 and table 3.
speed           Validation throughput in images per second for each precision and for a plain loop,
                and the share of predictions that differ from the loop's predictions in fp32.
more vision, more threads
                A second seed of vision and of threads.
draw            The figures and tables of the experiments that are finished.

The command writes four files to FOLDER (--out). It first deletes older files of these names.
gpu.json            State, time and figures of each step, and the reason why a step failed, was
                    skipped or was cut short. The last line of standard output is the same JSON.
measurements.jsonl  The export of the measurement store.
devices.zip         The finished experiments, the sub-networks that ConcurrentNAS proposed, and the
                    drawn figures and tables. The file config.yaml is in the zip file if the step
                    vision has finished.
gpu.log             Progress messages of the measurements and tracebacks.

A machine without a GPU draws the figures and tables again with the commands below, run in the
repository. They measure nothing and search nothing.

    unzip FOLDER/devices.zip -d drawn
    archfront store --store drawn/results/store import FOLDER/measurements.jsonl
    snakemake -s Snakefile --directory drawn paper

If a step raises an exception, gpu.json holds the traceback and the figures that the step has
computed so far, and the next step runs. If a step crashes its process, the next step runs in a new
process. If a step is still running 40 seconds after its time, or at the end of the time limit, the
command ends its process and all processes that it has started. A failed step is not repeated, and
it does not change the exit status. If the preparation of a process fails, gpu.json holds the
traceback (setup_failed) and no further step runs. If a Python package is missing, the command names
it, runs no step and ends with status 1.
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
"""Imported modules, and the names of the distributions that contain them."""
GRACE = 40
"""Seconds by which a step may exceed its time before its process is ended."""
AGAIN = 3
"""Exit status of the steps' process if the next step needs a new process."""
MOST_PROCESSES = 10
"""Greatest number of processes that are started for the steps."""
STEPS = Path(__file__).with_name("gpu_steps.py")


class Report:
    """The results so far, as JSON in a file. The file is replaced as a whole at each change."""

    def __init__(self, path: Path):
        self.path = path
        self.content = (
            json.loads(path.read_text(encoding="utf-8")) if path.exists() else {"steps": {}}
        )

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
        """The name of the step that has begun and has not ended; None if no step is running."""
        states = {name: step["state"] for name, step in self.content["steps"].items()}
        return next((name for name, state in states.items() if state == "running"), None)

    def save(self) -> None:
        beside = self.path.with_name(f".{self.path.name}.part")
        text = json.dumps(self.content, indent=1, default=plain) + "\n"
        beside.write_text(text, encoding="utf-8", newline="")
        os.replace(beside, self.path)


def plain(value: object) -> object:
    """The number in a numpy scalar; the text of another object that JSON does not have. A figure of
    an unexpected type must not lose the report."""
    return value.item() if hasattr(value, "item") else str(value)


def supervised(out: Path, until: float) -> None:
    """Run the steps in a process, and in a new process after a step that ended the process or
    exceeded its time.

    ``until`` is in seconds since the epoch. No process runs after it.
    """
    path, environment = out / "gpu.json", {"OMP_NUM_THREADS": "2", "OPENBLAS_NUM_THREADS": "2"}
    for _ in range(MOST_PROCESSES):
        before = len(Report(path)["steps"])
        with open(out / "gpu.log", "ab") as log:
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
    """Wait until the process has ended, or until the running step exceeds its time.

    Returns the reason why a new process must run the remaining steps, and an empty text if all
    steps have ended.
    """
    while process.poll() is None:
        time.sleep(0.3)
        report = Report(path)
        running = report.running()
        limit = min(until, report["steps"][running]["until"] + GRACE if running else until)
        if time.time() > limit:
            return (
                "the step exceeded its time; its process was ended "
                f"{time.time() - report['began']:.0f} s after the start of the command"
            )
    code = process.returncode
    return "" if code == 0 else f"the process of the steps ended with status {code}"


def end(process: subprocess.Popen) -> None:
    """End the process and all processes of its group."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def table(report: Report) -> None:
    """Print the state, the time and the figures of each step as text."""
    print(f"\n{'step':24}{'state':12}{'seconds':>9}")
    for name, step in report["steps"].items():
        print(f"{name:24}{step['state']:12}{step.get('seconds', 0):9.1f}  {step.get('why', '')}")
        for key, value in (step.get("figures") or {}).items():
            print(f"    {key:36}{json.dumps(value)}")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=10, help="time limit of the command")
    parser.add_argument(
        "--out",
        type=Path,
        default=Path("results/gpu"),
        metavar="FOLDER",
        help="folder of the output",
    )
    parser.add_argument("--device", default="cuda", help="cuda, cuda:N, or cpu (a small rehearsal)")
    given = parser.parse_args()
    began = time.time()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    lacking = sorted(NEEDED[name] for name in NEEDED if find_spec(name) is None)
    print(f"missing packages: {', '.join(lacking) or 'none'}", flush=True)
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
    if report.get("setup_failed"):
        sys.exit(f"the preparation failed: {report['setup_failed'].splitlines()[-1]}")
    if lacking:
        sys.exit(1)


if __name__ == "__main__":
    main()
