"""Loading published weights into an elastic network: all of them, or an error with the differences.

OFA's ``load_state_dict`` leaves tensors that a file lacks at their random initial values, without a
message.
"""

import json
import re
import shlex
import sys
from collections.abc import Collection
from pathlib import Path

import torch

from archfront.core.registry import ConfigError, shown

OLD_NAMES = (
    (".mobile_inverted_conv.", ".conv."),
    (".bn.", ".bn.bn."),
    (".conv.weight", ".conv.conv.weight"),
    (".linear.", ".linear.linear."),
)
"""Names of layers in older files, and their present names. A file may use either name."""
UNREAD = (
    "argparse.Namespace",  # the command line of fairseq
    *(f"fairseq.meters.{name}" for name in ("AverageMeter", "TimeMeter", "StopwatchMeter")),
    *(
        f"{module}.{name}"
        for module in ("pathlib", "pathlib._local")
        for name in ("PosixPath", "PurePosixPath", "WindowsPath", "PureWindowsPath")
    ),
    "numpy.dtype",
    "numpy.ndarray",
    *(
        f"numpy.{core}.multiarray.{name}"
        for core in ("core", "_core")
        for name in ("scalar", "_reconstruct")
    ),
    *(
        f"numpy.random._pickle.__{name}_ctor"
        for name in ("randomstate", "generator", "bit_generator")
    ),
    "numpy.random._mt19937.MT19937",
    "numpy.random._pcg64.PCG64",
    "numpy.random.bit_generator.SeedSequence",
    "numpy.random.bit_generator.__pyx_unpickle_SeedSequence",
)
"""Classes and functions whose objects trainers keep beside the weights: options, meters of HAT's
trainer, paths, and numpy's scalars, arrays and random states. An object of them is read as an
:class:`Unread`; the module that the name gives is not imported."""
PREFIXES = "module.", "_orig_mod.", "model."
"""Prefixes that torch's parallel wrappers, ``torch.compile`` and trainers put before all names."""
NUMBERS = (
    *(torch.float16, torch.bfloat16, torch.float32, torch.float64),
    *(torch.bool, torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64),
)
"""Types of numbers of the tensors that are read."""
SHOWN = 3


class Unread:
    """The place of an object of a file that is not read. It holds and does nothing."""

    def __new__(cls, *_: object) -> "Unread":
        return object.__new__(cls)

    def __setstate__(self, state: object) -> None:
        pass


def load(path: Path, network: torch.nn.Module) -> None:
    """Load the weights in ``path`` into ``network``, in place.

    The file has zip or legacy serialisation. It holds a mapping of names to tensors, or a mapping
    that has the weights as ``state_dict`` (OFA) or as ``model`` (fairseq). Nothing in the file is
    run: beside tensors and plain values it may hold objects of :data:`UNREAD`, which are left out.
    :data:`PREFIXES` that all names begin with are left out too; standard error says so.

    :class:`ConfigError` for a file that is no checkpoint, is damaged, holds an object of another
    class, or does not fit ``network``; the message has the class, or the first names of tensors
    that are missing, superfluous, there under two names, of another shape, no real numbers where
    these are expected, or, as numbers of the network, NaN or infinite. The values of a tensor are
    read only if its name and its shape are those that are expected.
    """
    expected = {n: t for n, t in network.state_dict().items() if _counts(n)}
    given = {name: tensor for name, tensor in _tensors(path).items() if _counts(name)}
    prefix = _shared_prefix(given, expected)
    if prefix:
        print(f"{path}: all names begin with {prefix}, which is left out", file=sys.stderr)
    found, twice = {}, []
    for given_name, tensor in given.items():
        name = _present_name(given_name.removeprefix(prefix), expected)
        if name in found:
            twice.append(name)
        found[name] = tensor
    missing = [name for name in expected if name not in found]
    superfluous = [name for name in found if name not in expected]
    shapes = [
        f"{name} is {_shape(found[name].shape)}, not {_shape(tensor.shape)}"
        for name, tensor in expected.items()
        if name in found and found[name].shape != tensor.shape
    ]
    kinds = [
        f"{name} is {found[name].dtype}, not {tensor.dtype}"
        for name, tensor in expected.items()
        if name in found and found[name].is_floating_point() != tensor.is_floating_point()
    ]
    problems = {
        "missing": missing,
        "superfluous": superfluous,
        "under two names": twice,
        "of another shape": shapes,
        "of another kind of numbers": kinds,
    }
    if not any(problems.values()):
        problems["with NaN or infinite values"] = [
            name
            for name, tensor in expected.items()
            if not found[name].to(tensor.dtype).isfinite().all()
        ]
    told = [
        f"{len(names)} {what}: {', '.join(map(shown, names[:SHOWN]))}"
        + (" ..." if len(names) > SHOWN else "")
        for what, names in problems.items()
        if names
    ]
    if told:
        raise ConfigError(
            f"supernet.checkpoint: {path} does not fit this super-network; of {len(expected)} "
            f"tensors, {'; '.join(told)}"
        )
    torch.nn.Module.load_state_dict(network, found, strict=False)


def _tensors(path: Path) -> dict[str, torch.Tensor]:
    try:
        with torch.serialization.safe_globals([(Unread, name) for name in UNREAD]):
            content = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # a damaged file may raise any exception
        name = re.search(r"GLOBAL ([\w.]+)", str(error))
        damaged = f"it is empty, damaged, or not written by torch.save ({type(error).__name__})"
        raise ConfigError(
            f"supernet.checkpoint: {path} cannot be read as a checkpoint of tensors: "
            f"{_foreign(path, name[1]) if name else damaged}"
        ) from error
    if isinstance(content, dict):
        content = content.get("state_dict", content.get("model", content))
    if not isinstance(content, dict) or not all(
        isinstance(name, str) and _readable(tensor) for name, tensor in content.items()
    ):
        raise ConfigError(
            f"supernet.checkpoint: {path} holds no mapping of names to tensors of numbers"
        )
    return content


def _readable(value: object) -> bool:
    """Whether a value of the file is a dense tensor of real numbers."""
    return (
        isinstance(value, torch.Tensor)
        and value.layout is torch.strided
        and not value.is_nested
        and not value.is_meta
        and value.dtype in NUMBERS
    )


def _foreign(path: Path, name: str) -> str:
    """The remedy for a file with an object of the class ``name``, as text for people."""
    weights = f"{path}.weights"
    code = (
        f"import torch; c = torch.load({json.dumps(str(path))}, weights_only=False, "
        'map_location="cpu"); c = c.state_dict() if isinstance(c, torch.nn.Module) else c; '
        'torch.save({"state_dict": c.get("state_dict", c.get("model", c))}, '
        f"{json.dumps(weights)})"
    )
    return (
        f"it holds an object of {name}, and reading one runs code. If you trust the file, this "
        f"command runs that code and writes the weights alone to {weights}: "
        f"python -c {shlex.quote(code)}"
    )


def _counts(name: str) -> bool:
    """Whether a tensor is compared and loaded.

    Batch norm's counters of batches and fairseq's markers are not used, and some files lack them.
    """
    return not name.endswith(("num_batches_tracked", ".version", "._float_tensor"))


def _shared_prefix(names: Collection[str], expected: Collection[str]) -> str:
    """The :data:`PREFIXES`, one after the other, that all names begin with, and no name that is
    expected."""
    prefix = ""
    while True:
        more = [
            prefix + one
            for one in PREFIXES
            if all(name.startswith(prefix + one) for name in names)
            and not any(name.startswith(one) for name in expected)
        ]
        if not names or not more:
            return prefix
        prefix = more[0]


def _present_name(name: str, expected: Collection[str]) -> str:
    """The present name of a tensor of a file."""
    for old, new in OLD_NAMES:
        for before, after in ((old, new), (new, old)):
            if name not in expected and before in name:
                other = name.replace(before, after)
                if other in expected or before == ".mobile_inverted_conv.":
                    name = other
    return name


def _shape(shape: torch.Size) -> str:
    return "x".join(map(str, shape)) or "a number"
