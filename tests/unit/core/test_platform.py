import os
import resource

import pytest
from helpers.runs import CONFIG

from archfront.config.experiment import validated
from archfront.core import platform
from archfront.core import platform as host
from archfront.core.hardware import processor_identity, processor_model
from archfront.core.platform import (
    Platform,
    _ranges,
    described,
    suggested_platforms,
)
from archfront.evaluation import latency as protocol

pytestmark = pytest.mark.xdist_group("latency")


HERE = Platform("here")


def test_pinning_holds_for_every_thread_and_ends():
    offered = os.sched_getaffinity(0)
    with Platform("here", cores=[min(offered)]).pinned():
        for thread in os.listdir("/proc/self/task"):
            assert os.sched_getaffinity(int(thread)) == {min(offered)}
    assert os.sched_getaffinity(0) == offered


def test_a_system_without_pinning_and_threads_usage_measures_all_the_same(monkeypatch):
    """macOS has neither ``sched_setaffinity`` nor ``RUSAGE_THREAD``."""
    for name in ("sched_setaffinity", "sched_getaffinity"):
        monkeypatch.delattr(os, name)
    monkeypatch.delattr(resource, "RUSAGE_THREAD")
    monkeypatch.setattr(host, "PINS", False)
    HERE.check()
    with HERE.pinned():
        wall, _, _ = protocol.on_processor(lambda: None, HERE)
    assert wall > 0
    with pytest.raises(ValueError, match=r"here\.cores = \[0\]: this operating system pins no"):
        Platform("here", cores=[0]).check()


def test_the_microarchitecture_of_the_processor_is_a_fact_of_the_host():
    from archspec import cpu

    facts = host.host_facts()
    assert facts["microarchitecture"] in cpu.TARGETS
    assert facts["processor"] == processor_model() and facts["identity"] == processor_identity()


def test_cores_are_told_in_ranges():
    assert _ranges({0, 1, 2, 5, 7, 8}) == "0-2, 5, 7-8"


def test_a_platform_is_told_in_words():
    given = Platform("here", batch_size=16, cores=[1, 0]).settings() | {"processor": "a model"}
    assert described(given) == "cpu, threads 1, batch_size 16, fp32, channels_last, cores [0, 1]"


def test_a_platform_that_the_host_cannot_provide_is_refused(monkeypatch):
    with pytest.raises(ValueError, match=r"platforms\.far\.cores = \[4095\]: this host offers 0"):
        Platform("far", cores=[4095]).check()
    with pytest.raises(ValueError, match=r"platforms\.two\.threads = 2: cores has 1"):
        Platform("two", threads=2, cores=[0]).check()
    monkeypatch.setattr(platform, "find_spec", lambda name: None)
    with pytest.raises(ValueError, match=r"runtime = 'onnxruntime': .*'archfront\[onnx\]'"):
        Platform("ort", runtime="onnxruntime").check()
    monkeypatch.setattr(platform.shutil, "which", lambda name: None)
    with pytest.raises(ValueError, match=r"runtime = 'compile': torch.compile needs a C\+\+"):
        Platform("compiled", runtime="compile").check()
    monkeypatch.setattr(platform, "processor_has_bf16", lambda: False)
    with pytest.raises(ValueError, match="precision = 'bf16': this processor has no bf16"):
        Platform("half", precision="bf16").check()
    with pytest.raises(ValueError, match=r"platforms\.big.threads = 4096: this host offers"):
        Platform("big", threads=4096).check()
    with pytest.raises(ValueError, match="runtime = 'cuda_graph': a CUDA graph needs device"):
        Platform("graph", runtime="cuda_graph").check()
    with pytest.raises(ValueError, match=r"platforms\.gpu.device = 'cuda'"):
        Platform("gpu", device="cuda").check()


def test_only_platforms_that_this_host_provides_are_suggested():
    suggested = suggested_platforms()
    assert {"one_thread", "all_cores"} <= set(suggested)
    for name, settings in suggested.items():
        Platform(name, **settings).check()
    assert validated(CONFIG | {"platforms": suggested, "popdb": {"enabled": False}})


def test_a_platform_elsewhere_is_not_asked_for_threads_or_a_gpu():
    Platform("far", threads=4096, model="Another Processor").check()
    Platform("gpu", device="cuda:7", runtime="cuda_graph", model="NVIDIA of Elsewhere").check()
    for model in (processor_model(), processor_identity()):
        with pytest.raises(ValueError, match=r"platforms\.here\.threads"):
            Platform("here", threads=4096, model=model).check()


def test_where_jobs_are_sent_is_no_part_of_what_a_latency_depends_on():
    plain = Platform("one", threads=2).settings()
    assert Platform("two", threads=2, partition="timing", model="Any").settings() == plain
