"""The texts, points and lines that a matplotlib figure shows a reader."""

from matplotlib.collections import PathCollection
from matplotlib.colors import to_hex


def legend_entries(figure) -> list[str]:
    """The entries of the figure's own legend."""
    (legend,) = figure.legends
    return [text.get_text() for text in legend.get_texts()]


def texts(axis) -> tuple[str, str, str]:
    """Title, label of the x axis and label of the y axis."""
    return axis.get_title(), axis.get_xlabel(), axis.get_ylabel()


def words(axis) -> str:
    """The text inside a panel, on one line."""
    return " ".join(" ".join(text.get_text() for text in axis.texts).split())


def with_label(axis, label: str):
    """The only line, cloud of points or group of bars with this label in the legend."""
    (artist,) = {
        handle
        for handle, known in zip(*axis.get_legend_handles_labels(), strict=True)
        if known == label
    }
    return artist


def line(axis, label: str) -> list[tuple[float, float]]:
    """The corners of the line with this label, in their order."""
    return [tuple(corner) for corner in with_label(axis, label).get_xydata().tolist()]


def points(axis, label: str) -> list[tuple[float, float]]:
    """The points of the cloud with this label, in their order."""
    return places(with_label(axis, label))


def places(cloud: PathCollection) -> list[tuple[float, float]]:
    """The points of a cloud, in their order."""
    return [tuple(place) for place in cloud.get_offsets().tolist()]


def clouds(axis) -> list[PathCollection]:
    """All clouds of points of a panel, in the order in which they were drawn."""
    return [artist for artist in axis.collections if isinstance(artist, PathCollection)]


def colour(artist) -> str:
    """The colour of a line, of the first point of a cloud, or of the first bar of a group."""
    if isinstance(artist, PathCollection):
        return to_hex(artist.get_edgecolor()[0])
    return to_hex(artist[0].get_facecolor() if hasattr(artist, "patches") else artist.get_color())
