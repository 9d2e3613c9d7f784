"""A valid config, and the same with one key changed."""

import yaml

RIGHT = {"experiment": "test", "platforms": {"one": {}, "two": {"threads": 2}}}


def changed(path, value):
    config = yaml.safe_load(yaml.safe_dump(RIGHT))
    part = config
    *places, last = path.split(".")
    for place in places:
        part = part.setdefault(place, {})
    part[last] = value
    return config
