"""Memory of torch: what is alive at one time, and what is freed and allocated again."""

import ctypes
import weakref
from collections.abc import Callable
from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from archfront.evaluation.runtime import Inputs, arguments

TRIM_THRESHOLD, MMAP_THRESHOLD = -1, -3  # of glibc's malloc.h
LARGEST = 2**30


def keep_freed_memory() -> None:
    """Let glibc's allocator keep freed memory, for the rest of the process. With another allocator
    nothing happens.

    By default the allocator returns freed tensors of more than 32 MB to the operating system at
    once. The system then clears the pages of the next tensors, which takes a third of the time of a
    validation at 224 pixels.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(MMAP_THRESHOLD, LARGEST)
        mallopt(TRIM_THRESHOLD, LARGEST)


class Alive(TorchDispatchMode):
    """Within the context, the bytes of the tensors that operations of torch make, and that are
    alive: ``now`` and ``most`` so far. Tensors that share memory count once. Memory in ``known``
    does not count."""

    def __init__(self, known: weakref.WeakSet):
        super().__init__()  # type: ignore[no-untyped-call]
        self.known, self.now, self.most = known, 0, 0

    def __torch_dispatch__(
        self, function: Callable, _: object, args: tuple = (), kwargs: dict[str, Any] | None = None
    ) -> object:
        answer = function(*args, **(kwargs or {}))
        for one in tree_leaves(answer):
            if isinstance(one, torch.Tensor):
                self._add(one.untyped_storage())
        return answer

    def _add(self, storage: torch.UntypedStorage) -> None:
        if storage not in self.known:
            size = storage.nbytes()
            self.known.add(storage)
            self.now += size
            self.most = max(self.most, self.now)
            weakref.finalize(storage, self._forget, size)

    def _forget(self, size: int) -> None:
        self.now -= size


@torch.no_grad()
def peak_memory(module: torch.nn.Module, inputs: Inputs) -> float:
    """Largest memory of activations that are alive at one time while the module runs once as it
    is, in kB (10^3 bytes): the inputs, which live to the end, and what torch's operations make.
    Weights and scratch memory within an operation do not count."""
    torch.set_num_threads(1)
    positional, named = arguments(inputs)
    state = [*module.parameters(), *module.buffers()]
    given = [*positional, *named.values()]
    alive = Alive(weakref.WeakSet(tensor.untyped_storage() for tensor in (*state, *given)))
    with alive:
        module(*positional, **named)
    sizes = {id(s): s.nbytes() for s in (tensor.untyped_storage() for tensor in given)}
    return (alive.most + sum(sizes.values())) / 1e3
