"""Workbench compares language models in the terminal."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from workbench.wiring.bench import Workbench as Workbench

__version__ = "0.1.0"
__all__ = ["Workbench", "__version__"]


def __getattr__(name: str) -> Any:
    """`workbench.Workbench`, the entry point for Python programs, loaded when it is asked for."""
    if name == "Workbench":
        from workbench.wiring.bench import Workbench

        return Workbench
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
