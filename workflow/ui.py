"""`make ui`: serves the pages Set up, Run, Explore and Take home to a browser on this computer.

The program works in the current folder. Runs that it has started go on after it ends.
"""

import argparse
import socket
import sys

try:
    from nicegui import app, ui
except ImportError:
    sys.exit("The pages need NiceGUI: `make ui` installs it, or pip install 'archfront[ui]'")

from archfront.pages.explore import explore
from archfront.pages.guard import LOCAL, Guard, new_token
from archfront.pages.project import Project
from archfront.pages.run import run_page
from archfront.pages.set_up import set_up
from archfront.pages.take_home import take_home


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="ui", description=__doc__)
    parser.add_argument(
        "--host", default="127.0.0.1", help="where to listen; others than 127.0.0.1 ask for a token"
    )
    parser.add_argument("--port", type=int, default=8080)
    given = parser.parse_args(arguments)
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((given.host, given.port))
        except OSError as error:
            print(f"--port {given.port}: {error.strerror}; choose another", file=sys.stderr)
            return 1
    token = None if given.host in LOCAL else new_token()
    app.add_middleware(Guard, token=token)
    serve(Project())
    secret = f"?token={token}" if token else ""
    print(
        f"http://{given.host}:{given.port}/{secret}    (Ctrl-C ends the pages, not the runs)",
        flush=True,
    )
    ui.run(host=given.host, port=given.port, show=False, reload=False, show_welcome_message=False)
    return 0


def serve(project: Project) -> None:
    """Register each page at its address."""

    @ui.page("/", title="Set up - archfront")
    def _set_up() -> None:
        set_up(project)

    @ui.page("/run", title="Run - archfront")
    def _run(experiment: str = "") -> None:
        run_page(project, experiment)

    @ui.page("/explore", title="Explore - archfront")
    def _explore() -> None:
        explore(project)

    @ui.page("/take-home", title="Take home - archfront")
    def _take_home() -> None:
        take_home(project)


if __name__ in ("__main__", "__mp_main__"):
    sys.exit(main(sys.argv[1:]))
