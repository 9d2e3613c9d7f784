"""Tests that need the published measurements skip without them."""

import pytest

from archfront.tasks import published

PUBLISHED = published.folder()
needs_published = pytest.mark.skipif(
    PUBLISHED is None, reason="published measurements not found: set ARCHFRONT_PUBLISHED_DATA"
)
