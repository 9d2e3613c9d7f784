"""Super-networks whose measurements others have taken: searches without GPU hours."""

from archfront.rehearsal.replay import Replay as Replay
from archfront.rehearsal.table import Table as Table
