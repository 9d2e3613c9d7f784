"""Functions that the scripts of the workflow share: log file, platform and super-network."""

import os
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path

# With `--sdm conda` a job's environment holds the packages but not archfront itself.
sys.path.insert(0, str(Path(__file__).parents[1]))

from archfront.core.extras import explained
from archfront.core.files import forget_emptied, read_lines
from archfront.core.platform import Platform
from archfront.core.supernet import SuperNetwork
from archfront.supernets import registry


@contextmanager
def logged(path: str) -> Iterator[None]:
    """Write all printed text, and the traceback of an exception, to the job's log.

    The exception, and the warnings of a job that succeeds, are printed on the terminal as well.
    If the job fails, inputs that a power cut emptied are deleted, so that the next run makes them
    again. A plug-in that calls ``sys.exit`` fails the job: Snakemake takes the exit for a success.
    A plug-in that changes the current folder for good fails the job: its tables went to that
    folder. Ctrl-C ends the job without a traceback.
    """
    here = os.getcwd()
    with (
        open(path, "w", 1, encoding="utf-8", errors="backslashreplace", newline="") as log,
        redirect_stdout(log),
        redirect_stderr(log),
    ):
        try:
            with explained():
                yield
            if os.getcwd() != here:
                raise RuntimeError(
                    f"a plug-in changed the current folder from {here} to {os.getcwd()}, and did "
                    "not go back, as at the end of `with contextlib.chdir(...)`"
                )
        except KeyboardInterrupt:
            print("interrupted", file=log)
            sys.exit(130)
        except (Exception, SystemExit) as error:
            traceback.print_exc(file=log)
            os.chdir(here)
            ended = isinstance(error, SystemExit)
            told = f"something called sys.exit({error})" if ended else str(error)
            print(f"{told} (log: {path})", file=sys.__stderr__)
            given = getattr(sys.modules["__main__"], "snakemake", None)
            inputs = map(Path, given.input) if given else ()
            with redirect_stderr(sys.__stderr__):
                forget_emptied(one for one in inputs if one.is_relative_to("results"))
            if ended:
                raise RuntimeError(told) from error
            raise
    for line in read_lines(path):
        if line.startswith("warning:"):
            print(line, file=sys.__stderr__)


def platform(name: str, settings: dict, network: SuperNetwork) -> Platform:
    """The platform; ValueError if the super-network needs it and this host cannot provide it."""
    found = Platform(name, **settings)
    if network.needs_platform:
        found.check()
    return found


def supernet(params) -> SuperNetwork:
    """The super-network that the rule's ``supernet`` parameter names."""
    return registry.supernet(params.supernet)
