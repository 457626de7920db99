"""What requests are made of in tests, and the bodies that they become."""

import base64
from typing import Any

from workbench.domain.catalog import ProviderConfig
from workbench.domain.conversation import FilePart, Message, ModelRequest, TextPart
from workbench.providers.spelling import spell

IMAGE = FilePart("a.png", "image/png", base64.b64encode(b"png").decode(), 3)
PDF = FilePart("d.pdf", "application/pdf", base64.b64encode(b"pdf").decode(), 3)
HELLO = (Message("user", (TextPart("Hello"),)),)


def body_of(request: ModelRequest, config: ProviderConfig) -> dict[str, Any]:
    """The JSON body that is sent."""
    return spell(request, config).body
