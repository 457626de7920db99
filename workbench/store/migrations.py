"""The steps from one released schema to the next; the only module that loads sqlite-utils (100 ms), so load it late."""

import sqlite3

from sqlite_utils import Database, Migrations

from workbench.store import schema

migrations = Migrations("workbench")


@migrations()
def m001_history(db: Database) -> None:
    """Sessions, turns, lanes and responses with their attempts, and the index that finds words in them."""
    for statement in (*schema.create_statements(schema.V1), *schema.V1_INDEXES, *schema.V1_SEARCH):
        db.execute(statement)
    db.execute(f"PRAGMA application_id = {schema.APPLICATION_ID}")
    db.execute("PRAGMA user_version = 1")


def migrate(connection: sqlite3.Connection, upto: Migrations = migrations) -> None:
    """Bring an open database to the latest version, each step in a transaction of its own."""
    upto.apply(Database(connection, strict=True))
