"""A Slurm cluster of one node on loopback, for as long as a test needs it."""

import os
import re
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from helpers.runs import wait_until

CONFIG = Path("/etc/slurm/slurm.conf")
"""Jobs do not inherit SLURM_CONF, so the file must be where Slurm looks by itself."""
MARK = "# of archfront's tests"
DAEMONS = "munged", "slurmctld", "slurmd"


def why_not() -> str:
    """Why there cannot be a cluster here, or "". Installs Debian's packages where it may."""
    if os.geteuid() != 0:
        return "a cluster of one's own needs root"
    if CONFIG.exists() and MARK not in CONFIG.read_text(encoding="utf-8"):
        return f"{CONFIG} is of another cluster"
    missing = [name for name in DAEMONS if shutil.which(name) is None]
    if missing and shutil.which("apt-get"):
        packages = ["slurm-wlm", "munge"]
        wanted = ["apt-get", "install", "--yes", "--no-install-recommends", *packages]
        subprocess.run(wanted, env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"})
        missing = [name for name in DAEMONS if shutil.which(name) is None]
    return f"not installed: {', '.join(missing)}" if missing else ""


@contextmanager
def cluster(folder: Path, cpus: int) -> Iterator[None]:
    """A running cluster with the partitions ``main`` (the default) and ``timing``, both of this
    host; everything is stopped at the end."""
    host = socket.gethostname().partition(".")[0]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
    folder.mkdir(parents=True)
    folder.chmod(0o755)
    CONFIG.parent.mkdir(exist_ok=True)
    CONFIG.write_text(
        f"""{MARK}
ClusterName=archfront
SlurmctldHost={host}(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
CredType=cred/munge
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
ReturnToService=2
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
AccountingStorageType=accounting_storage/none
JobAcctGatherType=jobacct_gather/none
MinJobAge=43200
SlurmctldPort=16817
SlurmdPort=16818
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
NodeName={host} NodeAddr=127.0.0.1 CPUs={cpus} RealMemory={memory // 2}
PartitionName=main Nodes=ALL Default=YES
PartitionName=timing Nodes=ALL
""",
        encoding="utf-8",
    )
    key = folder / "munge.key"
    key.write_bytes(os.urandom(1024))
    key.chmod(0o400)
    for name in ("state", "spool"):
        (folder / name).mkdir()
    munge = ["--key-file", key, "--socket", folder / "munge.socket"]
    munge += ["--pid-file", folder / "munge.pid", "--log-file", folder / "munge.log"]
    munge += ["--seed-file", folder / "munge.seed", "--force"]
    try:
        subprocess.run(["munged", *map(str, munge)], check=True)
        subprocess.run(["slurmctld"], check=True)
        subprocess.run(["slurmd"], check=True)
        wait_until(lambda: "idle" in told("sinfo", "-h", "-o", "%T"), 60)
        yield
    finally:
        for name in ("slurmd", "slurmctld", "munge"):
            stop(folder / f"{name}.pid")
        CONFIG.unlink()


def told(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True).stdout


def stop(pid_file: Path) -> None:
    if pid_file.exists():
        process = int(pid_file.read_text(encoding="utf-8"))
        for sent in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.kill(process, sent)
                wait_until(lambda: not Path(f"/proc/{process}").exists(), 10)
                return
            except ProcessLookupError:
                return
            except AssertionError:
                continue


def jobs() -> list[dict[str, str]]:
    """Everything that Slurm remembers: ``JobId, Comment`` (the rule), ``JobState, StartTime,
    EndTime, Partition`` ..."""
    lines = told("scontrol", "show", "job", "--oneliner").splitlines()
    return [dict(re.findall(r"(\w+)=(\S*)", line)) for line in lines if "JobId" in line]
