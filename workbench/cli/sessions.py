"""`workbench sessions`: what is kept, on standard output."""

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from workbench.cli import exits
from workbench.cli.json_form import dollars, response_form
from workbench.cli.printing import figures
from workbench.cli.tables import emit, emit_json, emit_table
from workbench.domain.clean import clean, clean_line, storable
from workbench.domain.conversation import Lane, Response, TurnRecord
from workbench.domain.errors import ConfigurationError, StoreError
from workbench.engine.words import state_sentence
from workbench.wiring.history import history_path

if TYPE_CHECKING:
    from workbench.store.database import Store
    from workbench.store.rows import SessionRow


def run(arguments: argparse.Namespace) -> int:
    """Do one of `list`, `search`, `show`, `delete`.

    Raises:
        ConfigurationError: no session has that id.
        StoreError: the history can't be read.
    """
    from workbench.store.database import open_store

    path = history_path(demo=arguments.demo)
    if not path.exists():
        return _nothing(arguments)
    store = open_store(path)
    try:
        match arguments.action:
            case "list" | "search":
                _list(store, arguments)
            case "show":
                _show(store, _found(store, arguments.session), as_json=arguments.json)
            case "delete":
                _delete(store, _found(store, arguments.session), as_json=arguments.json)
    finally:
        store.close()
    return exits.OK


def _nothing(arguments: argparse.Namespace) -> int:
    if arguments.action in ("show", "delete"):
        raise ConfigurationError(f"no session has the id {arguments.session!r}: nothing is kept yet")
    if arguments.json:
        emit_json({"sessions": []})
    else:
        emit("nothing is kept yet; `workbench ask` and the app keep what they are asked")
    return exits.OK


def _list(store: "Store", arguments: argparse.Namespace) -> None:
    query = arguments.query if arguments.action == "search" else None
    rows = store.sessions.list(max(1, arguments.limit), query=query)
    if arguments.json:
        emit_json({"sessions": [_row_form(row) for row in rows]})
    elif rows:
        headings = ("ID", "WHEN (UTC)", "TURNS", "COST", "TITLE", "TARGETS")
        emit_table(headings, [_row(row) for row in rows], right=(2, 3))
    else:
        emit("nothing matches" if query else "nothing is kept yet")


def _row(row: "SessionRow") -> tuple[str, ...]:
    when = row.updated_utc[:16].replace("T", " ")
    title = clean_line(row.title)
    title = title if len(title) <= 40 else f"{title[:39]}…"
    return row.id, when, str(row.turns), _cost(row), title, ", ".join(row.targets)


def _cost(row: "SessionRow") -> str:
    about = "~" if row.cost_estimated_nano else ""
    decimals = 4 if row.cost_nano == 0 or row.cost_nano >= 1_000_000 else 6
    return f"{about}${row.cost_nano / 1e9:.{decimals}f}{' + ?' if row.cost_unknown else ''}"


def _row_form(row: "SessionRow") -> dict[str, Any]:
    return {
        "id": row.id,
        "title": storable(row.title),
        "created_utc": row.created_utc,
        "updated_utc": row.updated_utc,
        "kind": row.kind,
        "origin": row.origin,
        "tags": list(row.tags),
        "pinned": row.pinned,
        "turns": row.turns,
        "targets": list(row.targets),
        "states": dict(row.states),
        "cost_usd": dollars(row.cost_nano),
        "cost_unknown": row.cost_unknown,
        "snippet": storable(row.snippet),
    }


def _found(store: "Store", wanted: str) -> str:
    """The session of an id or of an id's beginning."""
    try:
        return store.sessions.session(wanted).id
    except StoreError:
        matching = [row.id for row in store.sessions.list(1000) if len(wanted) >= 4 and row.id.startswith(wanted)]
    if len(matching) == 1:
        return matching[0]
    reason = "more than one session has an id that begins so" if matching else "no session has that id"
    raise ConfigurationError(f"{clean_line(wanted)}: {reason}; `workbench sessions list` shows them")


def _show(store: "Store", session: str, *, as_json: bool) -> None:
    found = store.sessions.session(session)
    lanes, turns = store.sessions.lanes(session), store.sessions.turns(session)
    if as_json:
        emit_json(
            {
                "session": found.id,
                "title": storable(found.title),
                "created_utc": found.created_utc,
                "kind": found.kind,
                "origin": found.origin,
                "lanes": [{"lane": number, "target": lane.target} for number, lane in enumerate(lanes, start=1)],
                "turns": [_turn_form(store, record, lanes) for record in turns],
            }
        )
        return
    emit(f"{clean_line(found.title)}\n{found.id} · {found.created_utc}")
    for record in turns:
        emit(f"\n> {clean(record.turn.prompt.rstrip()).replace(chr(10), chr(10) + '> ')}")
        for response in record.responses:
            emit(f"\n--- {clean_line(response.target)}{_revision(response)} ---")
            emit(clean(response.text or response.refusal).rstrip())
            if sentence := state_sentence(response):
                emit(f"[{response.state}: {clean_line(sentence)}]")
            emit(f"[{figures(response)}]")


def _revision(response: Response) -> str:
    sample = f", sample {response.sample + 1}" if response.sample else ""
    return f"{sample}, again ({response.revision})" if response.revision else sample


def _turn_form(store: "Store", record: TurnRecord, lanes: Sequence[Lane]) -> dict[str, Any]:
    positions = {lane.id: number for number, lane in enumerate(lanes, start=1)}
    responses = []
    for response in record.responses:
        provider = response.target.partition("/")[0]
        attempts = store.sessions.attempts(response.id)
        form = response_form(response, positions.get(response.lane, 0), attempts, provider)
        responses.append({"id": response.id, "sample": response.sample, "revision": response.revision, **form})
    turn = record.turn
    return {
        "turn": turn.id,
        "seq": turn.seq,
        "created_utc": turn.created_utc,
        "context_mode": turn.context_mode,
        "prompt": storable(turn.prompt),
        "responses": responses,
    }


def _delete(store: "Store", session: str, *, as_json: bool) -> None:
    store.sessions.delete(session)
    store.flush()
    if as_json:
        emit_json({"deleted": session})
    else:
        emit(f"deleted {session}")
