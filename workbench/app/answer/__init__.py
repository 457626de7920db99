"""The streaming Markdown view. Its parts are loaded when they are first asked for: some are wanted without it."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from workbench.app.answer.leaves import CodeBlock
    from workbench.app.answer.links import Link
    from workbench.app.answer.view import AnswerView

__all__ = ["AnswerView", "CodeBlock", "Link"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(name)
    from workbench.app.answer import leaves, links, view

    return {"AnswerView": view.AnswerView, "CodeBlock": leaves.CodeBlock, "Link": links.Link}[name]
