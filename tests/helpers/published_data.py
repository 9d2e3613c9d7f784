"""Tests that need the published measurements skip without them."""

import os

import pytest

from archfront.tasks import published

PUBLISHED = published.folder()
needs_published = pytest.mark.skipif(
    PUBLISHED is None,
    reason=f"no published measurements in {os.environ[published.FOLDER]}: name their folder in the "
    f"environment variable {published.FOLDER}, or run snakemake results/published/{published.LOGS}",
)
