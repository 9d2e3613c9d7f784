import subprocess
import sys


def test_importing_archfront_imports_nothing_heavy():
    code = "import archfront, sys; print(*sorted({m.partition('.')[0] for m in sys.modules}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"numpy", "pandas", "torch", "sklearn", "pymoo"} & set(done.stdout.split())


def test_every_name_of_the_front_door_is_there():
    import archfront

    assert all(getattr(archfront, name) is not None for name in archfront.__all__)
