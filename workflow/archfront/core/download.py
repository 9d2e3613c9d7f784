"""Download of files from known addresses; it needs a network."""

import shutil
import sys
import urllib.request
from http.client import HTTPException
from pathlib import Path

from archfront.core.files import file_digest, written_beside


def download(address: str, path: Path, sha256: str | None = None) -> str:
    """Fetch ``address`` to ``path`` and return the SHA-256 of the file.

    Raises RuntimeError if the file cannot be fetched or is incomplete, or if its SHA-256 is not
    ``sha256``. ``path`` is then not written.
    """
    print(f"fetching {address}", file=sys.stderr, flush=True)
    with written_beside(path) as beside:
        try:
            with urllib.request.urlopen(address, timeout=60) as answer, open(beside, "wb") as file:
                shutil.copyfileobj(answer, file)
                announced = answer.headers["Content-Length"]
                if announced is not None and file.tell() != int(announced):
                    raise OSError(f"interrupted after {file.tell()} of {announced} bytes")
        except (OSError, HTTPException) as error:
            raise RuntimeError(
                f"{address} cannot be fetched ({error}). On a machine without a network: fetch it "
                f"elsewhere, copy it here, and name its path in the config"
            ) from error
        found = file_digest(beside)
        if sha256 is not None and found != sha256:
            raise RuntimeError(f"{address} has the SHA-256 {found}, not {sha256}: another file")
    return found
