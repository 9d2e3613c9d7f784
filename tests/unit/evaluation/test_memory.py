"""glibc's allocator, asked in a process of its own: the setting lasts as long as the process."""

import ctypes
import os
import subprocess
import sys

import pytest
from helpers.runs import ROOT

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
