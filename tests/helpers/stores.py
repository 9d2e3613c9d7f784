"""Measurement stores of few measurements, and the command that maintains them."""

import json

from archfront.cli import main
from archfront.measurement.store import Measurement, MeasurementStore, checksum, key_digest


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


def line(text):
    """A line of a segment with this text, with the right check sum."""
    content = text.encode()
    return content + b"\t" + checksum(content) + b"\n"


def record(number, **changed):
    """The record of a measurement, as the store writes it, with changed fields."""
    whole = {
        "at": key_digest(key(number)),
        "key": key(number),
        "value": float(number),
        "spread": None,
        "reason": "",
        "started": 0.0,
        "finished": 1e9 + number,
        "session": "another-1-00000000",
        "detail": {},
    }
    return json.dumps(whole | changed, separators=(",", ":"))


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
