"""`make ui`: serves the pages Set up, Run, Explore and Take home to a browser on this computer.

The program works in the current folder. Runs that it has started go on after it ends. The program
prints the address with a token, without which the pages refuse every request. The token is kept in
`results/.ui.token`, which only the user can read, so that an open page still works after a restart.
"""

import argparse
import socket
import sys
from pathlib import Path

try:
    from nicegui import app, ui
except ImportError:
    sys.exit("The pages need NiceGUI: `make ui` installs it, or pip install 'archfront[ui]'")

from archfront.pages.explore import explore
from archfront.pages.guard import Guard, kept_token
from archfront.pages.project import Project
from archfront.pages.run import run_page
from archfront.pages.set_up import set_up
from archfront.pages.take_home import take_home

TOKEN = Path("results/.ui.token")


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="ui", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="address to listen at")
    parser.add_argument("--port", type=_port, default=8080, help="1 to 65535")
    given = parser.parse_args(arguments)
    try:
        _try_to_listen(given.host, given.port)
    except (OSError, UnicodeError) as error:
        why = getattr(error, "strerror", None) or error
        print(f"--host {given.host} --port {given.port}: {why}; choose others", file=sys.stderr)
        return 1
    project = Project()
    try:
        project.inside(TOKEN.parent)
        token = kept_token(TOKEN)
    except (OSError, ValueError) as error:
        print(f"The token cannot be kept: {error}", file=sys.stderr)
        return 1
    app.add_middleware(Guard, token=token)
    serve(project)
    host = f"[{given.host}]" if ":" in given.host else given.host
    print(
        f"http://{host}:{given.port}/?token={token}    (Ctrl-C ends the pages, not the runs)",
        flush=True,
    )
    ui.run(host=given.host, port=given.port, show=False, reload=False, show_welcome_message=False)
    return 0


def _port(text: str) -> int:
    port = int(text)
    if not 1 <= port <= 65535:
        raise argparse.ArgumentTypeError(f"{port} is not allowed; 1 to 65535")
    return port


def _try_to_listen(host: str, port: int) -> None:
    """Raise OSError or UnicodeError if the server cannot listen at this address."""
    family, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    with socket.socket(family) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        trial.bind(address)


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
