"""The tools that a session offers, and who is asked before one of them is run."""

import asyncio
from collections.abc import Mapping

from workbench.domain.conversation import Lane, ToolDefinition
from workbench.engine.ports import Approver
from workbench.engine.tools import Approvals, CheckedCall, Tool


class Toolbox:
    """Offers tools by name. Without an approver calls are only shown, never run."""

    def __init__(self, tools: Mapping[str, Tool] | None = None, approver: Approver | None = None) -> None:
        self.tools = dict(tools or {})
        self._approver = approver
        self._approvals = Approvals()
        self._asking = asyncio.Lock()

    @property
    def definitions(self) -> tuple[ToolDefinition, ...]:
        """What is offered to a model."""
        return tuple(tool.definition for tool in self.tools.values())

    @property
    def runs(self) -> bool:
        """Whether calls are answered at all."""
        return bool(self.tools) and self._approver is not None

    async def approval(self, lane: Lane, response: str, turn: str, checked: CheckedCall) -> str:
        """What the user says now, "given" when nothing had to be asked; one question at a time."""
        name = checked.call.name
        if self._approver is None:
            return "deny"
        async with self._asking:
            if self._approvals.given(name, turn):
                return "given"
            answer = await self._approver(lane, response, checked, self.tools[name].definition)
            if answer != "deny":
                self._approvals.give(name, turn, answer)
            return answer
