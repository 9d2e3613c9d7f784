import pytest

from archfront.core import hardware

INTEL = """\
processor\t: {n}
vendor_id\t: GenuineIntel
cpu family\t: 6
model\t\t: {model}
model name\t: Intel(R) Xeon(R) Processor
stepping\t: 6
cpu MHz\t\t: 2600.000
"""
ARM = """\
processor\t: {n}
BogoMIPS\t: 108.00
CPU implementer\t: 0x41
CPU architecture: 8
CPU variant\t: 0x0
CPU part\t: {part}
CPU revision\t: 3
"""


@pytest.fixture
def told(monkeypatch):
    """A system that tells the texts of the files in this mapping, and no caches."""
    files = {}

    def lines(path, errors):
        if path not in files:
            raise OSError(path)
        return files[path].splitlines()

    monkeypatch.setattr(hardware, "read_lines", lines)
    monkeypatch.setattr(hardware, "_text", lambda path: files.get(str(path), ""))
    monkeypatch.setattr(hardware, "_told", lambda *command: files.get(" ".join(command), ""))
    monkeypatch.setattr(hardware.host, "processor", lambda: "")
    monkeypatch.setattr(hardware.host, "machine", lambda: "aarch64")
    for function in (hardware.processor_model, hardware.processor_identity):
        function.cache_clear()
    yield files
    for function in (hardware.processor_model, hardware.processor_identity):
        function.cache_clear()


def test_processors_of_one_masked_name_are_told_apart(told):
    told["/proc/cpuinfo"] = "\n".join(INTEL.format(n=n, model=106) for n in range(2))
    one = hardware.processor_identity()
    assert one.startswith("Intel(R) Xeon(R) Processor [GenuineIntel 6 106 6, 2 cores")
    assert hardware.processor_model() == "Intel(R) Xeon(R) Processor"
    told["/proc/cpuinfo"] = "\n".join(INTEL.format(n=n, model=167) for n in range(2))
    hardware.processor_identity.cache_clear()
    assert hardware.processor_identity() == one.replace("106", "167")
    told["/proc/cpuinfo"] = INTEL.format(n=0, model=106)
    hardware.processor_identity.cache_clear()
    assert "GenuineIntel 6 106 6, 1 core" in hardware.processor_identity()


def test_a_board_is_known_by_its_kinds_of_cores(told):
    """64-bit ARM has no model name; a board tells its own, and may have two kinds of cores."""
    parts = ["0xd05"] * 2 + ["0xd0a"]
    told["/proc/cpuinfo"] = "\n".join(ARM.format(n=n, part=p) for n, p in enumerate(parts))
    cores = "0x41 0xd05 0x0 3, 0x41 0xd0a 0x0 3, 3 cores"
    assert hardware.processor_identity().startswith(f"aarch64 [{cores}")
    told["/proc/device-tree/model"] = "Raspberry Pi 4 Model B Rev 1.2"
    for function in (hardware.processor_model, hardware.processor_identity):
        function.cache_clear()
    assert hardware.processor_identity().startswith(f"Raspberry Pi 4 Model B Rev 1.2 [{cores}")


def test_a_system_without_proc_tells_its_name_and_cores(told):
    told["sysctl -n machdep.cpu.brand_string"] = "Apple M4"
    told["sysctl -n hw.ncpu"] = "10"
    assert hardware.processor_identity().startswith("Apple M4 [10 cores")


def test_caches_are_part_of_the_identity(told, monkeypatch, tmp_path):
    for level, size in enumerate(("48K", "1280K")):
        (tmp_path / f"index{level}").mkdir()
        (tmp_path / f"index{level}/size").write_text(size + "\n")
    told["/proc/cpuinfo"] = INTEL.format(n=0, model=106)
    there = hardware.Path
    monkeypatch.setattr(hardware, "Path", lambda path: tmp_path if "cache" in path else there(path))
    monkeypatch.setattr(hardware, "_text", lambda path: path.read_text().strip())
    assert hardware.processor_identity().endswith("1 core, caches 48K 1280K]")


def test_this_host_has_an_identity():
    name = hardware.processor_model()
    assert name and hardware.processor_identity().startswith(f"{name} [")
