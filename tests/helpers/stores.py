"""Measurement stores of few measurements, and the command that maintains them."""

from archfront.cli import main
from archfront.measurement.store import Measurement, MeasurementStore


def key(number):
    return {
        "objective": "top1",
        "protocol": 1,
        "supernet": "weights",
        "configuration": {"d": [number]},
    }


def written(folder, numbers, alive=False):
    """A segment of its own, by a writer that has ended, or is still alive."""
    store = MeasurementStore(folder)
    for number in numbers:
        store.append(Measurement(key(number), float(number), finished=1e9 + number))
    if not alive:
        path = store.folder / f"{store.session}.jsonl"
        content = path.read_bytes()
        path.unlink()
        path.write_bytes(content)  # another file, on which the writer holds no lock
    return store


def values(folder):
    return sorted(m.value for m in MeasurementStore(folder).measurements())


def damage(folder, number):
    """Change a digit in the segment that holds this value."""
    for path in folder.glob("*.jsonl"):
        content = path.read_bytes()
        if f'"value":{number}.0'.encode() in content:
            path.write_bytes(content.replace(f'"value":{number}.0'.encode(), b'"value":99.0'))
            return path
    raise AssertionError(number)


def run(folder, *arguments):
    return main(["store", "--store", str(folder), *map(str, arguments)])
