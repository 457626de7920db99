"""How panes share a length, columns or rows alike: pure, so that every size can be tested without a screen."""

from collections.abc import Sequence


def divide(length: int, shares: Sequence[float], least: int) -> list[int]:
    """Cells for each share, which together are the length.

    Args:
        length: cells to share out.
        shares: their proportions.
        least: cells that each gets, as far as there are so many.
    """
    least = min(least, length // len(shares))
    whole = sum(shares)
    ends = [round(length * sum(shares[: number + 1]) / whole) for number in range(len(shares))]
    sizes = [end - start for start, end in zip([0, *ends], ends, strict=False)]
    for number, size in enumerate(sizes):
        if size < least:
            sizes[number] = least
            sizes[sizes.index(max(sizes))] -= least - size
    return sizes


def moved(sizes: Sequence[int], edge: int, to: int, least: int) -> list[int]:
    """The sizes after the edge behind one of them was moved to a place; only its two neighbours change.

    Args:
        sizes: cells of each, from the start.
        edge: the number of the size that ends there.
        to: cells from the start of all of them.
        least: cells that both neighbours keep, as far as they have so many.
    """
    start, both = sum(sizes[:edge]), sizes[edge] + sizes[edge + 1]
    least = min(least, both // 2)
    first = max(least, min(to - start, both - least))
    return [*sizes[:edge], first, both - first, *sizes[edge + 2 :]]


def edge_at(sizes: Sequence[int], place: int) -> int | None:
    """The edge whose two lines, one of either neighbour, stand at a place; None where there is none."""
    end = 0
    for edge, size in enumerate(sizes[:-1]):
        end += size
        if place in (end - 1, end):
            return edge
    return None
