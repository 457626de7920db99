"""The streaming Markdown view."""

from workbench.app.answer.leaves import CodeBlock
from workbench.app.answer.links import Link
from workbench.app.answer.view import AnswerView

__all__ = ["AnswerView", "CodeBlock", "Link"]
