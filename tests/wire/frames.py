"""Hand-made bodies of every protocol, each with more than one quirk of its vendors in it."""

from tests.support.bodies import sse

CHAT = sse(
    '{"id":"c1","model":"m-1","choices":[],"prompt_filter_results":[]}',
    '{"id":"c1","model":"m-1","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}',
    '{"id":"c1","model":"m-1","choices":[{"index":0,"delta":{"reasoning_content":"Let me thínk 🤔"}}]}',
    '{"id":"c1","model":"m-1","choices":[{"index":0,"delta":{"content":"Grüße, "}}]}',
    '{"id":"c1","model":"m-1","choices":[{"index":0,"delta":{"content":"\\ud83d"}}]}',
    '{"id":"c1","model":"m-1","choices":[{"index":0,"delta":{"content":"\\ude00 \\u2028 end"}}]}',
    '{"id":"c1","model":"m-1","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}',
    '{"id":"c1","model":"m-1","choices":[],"usage":{"prompt_tokens":3,"completion_tokens":9}}',
    "[DONE]",
)
CHAT_TOOLS = b": keep-alive\n\n" + sse(
    '{"id":"c2","model":"m-2","choices":[{"index":0,"delta":{"content":null,"tool_calls":[{"index":0,"id":"a","type":'
    '"function","function":{"name":"look","arguments":""}}]}}]}',
    '{"id":"c2","model":"m-2","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{\\"q\\":'
    '\\"ü\\"}"}}]}}]}',
    '{"id":"c2","model":"m-2","choices":[{"index":0,"delta":{"content":"and so"},"finish_reason":"tool_calls"}],'
    '"x_groq":{"usage":{"prompt_tokens":1,"completion_tokens":2}}}',
    "[DONE]",
)
CHAT_FAILED = sse(
    '{"id":"c3","model":"m-3","choices":[{"index":0,"delta":{"content":"half an ans"}}]}',
    '{"id":"c3","model":"m-3","choices":[{"index":0,"delta":{"content":"wer"},"finish_reason":"error"}],'
    '"error":{"code":502,"message":"upstream broke"}}',
)
MESSAGES = (
    sse('{"type":"message_start","message":{"id":"m","model":"c","usage":{"input_tokens":5,"output_tokens":1}}}')
    + sse('{"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"","signature":""}}')
    + sse('{"type":"ping"}', event="ping")
    + sse('{"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"Hm — "}}')
    + sse('{"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"ja."}}')
    + sse('{"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"c2ln"}}')
    + sse('{"type":"content_block_stop","index":0}')
    + sse('{"type":"content_block_start","index":1,"content_block":{"type":"text","text":""}}')
    + sse('{"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"Zwölf "}}')
    + sse('{"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"Boxkämpfer 🥊"}}')
    + sse('{"type":"content_block_stop","index":1}')
    + sse('{"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":12}}')
    + sse('{"type":"message_stop"}')
)
RESPONSES = sse(
    '{"type":"response.created","sequence_number":0,"response":{"id":"r","model":"g","status":"in_progress"}}',
    '{"type":"response.output_item.added","sequence_number":1,"output_index":0,"item":{"type":"reasoning","id":"rs"}}',
    '{"type":"response.reasoning_summary_text.delta","sequence_number":2,"output_index":0,"summary_index":0,"delta":"**A**"}',
    '{"type":"response.reasoning_summary_text.delta","sequence_number":3,"output_index":0,"summary_index":1,"delta":"B"}',
    '{"type":"response.output_item.done","sequence_number":4,"output_index":0,"item":{"type":"reasoning","id":"rs"}}',
    '{"type":"response.output_text.delta","sequence_number":5,"output_index":1,"content_index":0,"delta":"naïve "}',
    '{"type":"response.output_text.delta","sequence_number":6,"output_index":1,"content_index":0,"delta":"text"}',
    '{"type":"response.output_text.delta","sequence_number":7,"output_index":1,"content_index":0,"delta":"text"}',
    '{"type":"response.completed","sequence_number":8,"response":{"id":"r","model":"g","status":"completed","usage":'
    '{"input_tokens":2,"output_tokens":3}}}',
)
GEMINI = sse(
    '{"candidates":[{"content":{"parts":[{"text":"denke ","thought":true}]}}],"modelVersion":"g-1","responseId":"x"}',
    '{"candidates":[{"content":{"parts":[{"text":"Größe "}]}}],"modelVersion":"g-1"}',
    '{"candidates":[{"content":{"parts":[{"text":"42"}]},"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":4}}',
)
COHERE = (
    sse('{"type":"message-start","id":"1"}', event="message-start")
    + sse('{"type":"content-delta","index":0,"delta":{"message":{"content":{"text":"Größe "}}}}', event="content-delta")
    + sse('{"type":"content-delta","index":0,"delta":{"message":{"content":{"text":"42 🎉"}}}}', event="content-delta")
    + sse('{"type":"message-end","delta":{"finish_reason":"COMPLETE","usage":{"tokens":{"input_tokens":1}}}}')
    + sse("[DONE]")
)
OLLAMA = (
    '{"model":"o","message":{"role":"assistant","content":"","thinking":"nun "},"done":false}\n'
    '{"model":"o","message":{"role":"assistant","content":"Grüße "},"done":false}\n'
    '{"model":"o","message":{"role":"assistant","content":"🎈"},"done":false}\n'
    '{"model":"o","message":{"role":"assistant","content":""},"done":true,"done_reason":"stop","eval_count":3}\n'
).encode()
OWN_BODIES = (
    ("openai-chat", CHAT),
    ("openai-chat", CHAT_TOOLS),
    ("openai-chat", CHAT_FAILED),
    ("openai-responses", RESPONSES),
    ("anthropic-messages", MESSAGES),
    ("gemini", GEMINI),
    ("cohere", COHERE),
    ("ollama", OLLAMA),
)
"""(protocol, body)"""
