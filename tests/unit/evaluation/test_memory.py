"""glibc's allocator, asked in a process of its own: the setting lasts as long as the process."""

import ctypes
import os
import subprocess
import sys

import pytest
import torch
from helpers.runs import ROOT
from torch import nn

from archfront.evaluation import memory

LARGE = 64 * 2**20
CODE = f"""
import ctypes
from archfront.evaluation.memory import keep_freed_memory

libc = ctypes.CDLL(None)
libc.malloc.restype, libc.malloc.argtypes = ctypes.c_void_p, [ctypes.c_size_t]
libc.free.argtypes = [ctypes.c_void_p]


def resident():
    pages = int(open("/proc/self/statm").read().split()[1])
    return pages * {os.sysconf("SC_PAGE_SIZE")}


def left():
    before = resident()
    place = libc.malloc({LARGE})
    ctypes.memset(place, 1, {LARGE})
    libc.free(place)
    return resident() - before


usual = left()
keep_freed_memory()
print(usual, left())
"""


@pytest.mark.skipif(
    not hasattr(ctypes.CDLL(None), "gnu_get_libc_version"), reason="the allocator is not glibc's"
)
def test_freed_memory_stays_with_the_process():
    told = subprocess.run(
        [sys.executable, "-c", CODE],
        env=os.environ | {"PYTHONPATH": str(ROOT / "workflow")},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    usual, kept = map(int, told.split())
    assert usual < LARGE / 2 < kept


def test_another_allocator_is_left_alone(monkeypatch):
    monkeypatch.setattr(memory.ctypes, "CDLL", lambda name: object())
    memory.keep_freed_memory()


def test_the_most_that_is_alive_at_one_time_counts():
    """The input (10 numbers) lives to the end. The largest layers have 100 numbers before the ReLU
    and 100 after it; the ReLU in place needs none. Weights do not count."""
    wide = nn.Sequential(nn.Linear(10, 100), nn.ReLU(), nn.Linear(100, 50), nn.ReLU(inplace=True))
    assert memory.peak_memory(wide.eval(), torch.zeros(1, 10)) == 4 * 210 / 1e3
    in_place = nn.Sequential(nn.Linear(10, 100), nn.ReLU(inplace=True), nn.Linear(100, 50))
    assert memory.peak_memory(in_place.eval(), torch.zeros(1, 10)) == 4 * 160 / 1e3


def test_a_short_cut_is_kept_and_views_are_free():
    class Residual(nn.Module):
        def __init__(self):
            super().__init__()
            self.inner = nn.Linear(10, 10)

        def forward(self, *, x):
            y = x + 1
            return y + self.inner(y.reshape(2, 5).reshape(1, 10).detach())

    # x, y, the layer's output, and the sum.
    assert memory.peak_memory(Residual(), {"x": torch.zeros(1, 10)}) == 4 * 40 / 1e3


def test_inputs_that_share_memory_count_once():
    class Add(nn.Module):
        def forward(self, one, other):
            return one + other

    one = torch.zeros(1, 10)
    assert memory.peak_memory(Add(), (one, one)) == 4 * 20 / 1e3
