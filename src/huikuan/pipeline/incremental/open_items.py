"""What is open after an incremental run: suggestions worked out anew among all that is open, words of the records.

A suggestion depends on everything that is open beside it, so it is the one thing that is never computed for a few
orders alone. A run writes what its passes have seen (`NAME.seen.parquet`); here what stayed open of the changed orders
is exchanged in it, and items whose suggestion differs from the base's are written again (table RESAID).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from huikuan.engine.model import OPEN, SEEN, Sides
from huikuan.engine.pass3_amount import Window
from huikuan.engine.pass6_suggest import suggest
from huikuan.pipeline.incremental.closure import BASE_OPEN, FOUND, GONE_OPEN, NAME, SEEN_NOW
from huikuan.pipeline.runs.run_tables import columns, parameters
from huikuan.pipeline.runs.said import SAID, said_sql
from huikuan.recons import RECONCILIATIONS

if TYPE_CHECKING:
    from huikuan.pipeline.incremental.run import Given

RESAID = "k_resaid"


def suggest_again(given: Given, sides: Sides) -> None:
    """Fill `suggestion` of the items computed anew and make RESAID of the others that have another one now. `sides`:
    those of the orders."""
    definition, backend = RECONCILIATIONS[NAME], sides.left.get_backend()
    window_days = parameters(given.rules, definition, given.as_of)[1]
    con = given.con
    names = columns(SEEN)
    con.execute(
        f"CREATE TABLE k_all_waiting AS SELECT {names} FROM ({given.old.sql(f'{NAME}.seen')}) WHERE group_id IS NULL "
        f"AND record_key NOT IN (SELECT record_key FROM {GONE_OPEN}) UNION ALL SELECT {names} FROM {SEEN_NOW} "
        f"WHERE group_id IS NULL"
    )
    waiting = backend.table("k_all_waiting")
    left, right = (waiting.filter(waiting.side == side).drop("side") for side in ("left", "right"))
    both = con.execute("SELECT count(DISTINCT side) FROM k_all_waiting").fetchone()
    con.execute("CREATE TABLE k_suggested (side VARCHAR, record_key VARCHAR, suggestion VARCHAR)")
    if both and both[0] == 2:
        found = suggest(definition, left, right, Window(window_days, definition.lead_days), sides, given.decisions)
        con.register("k_found", found.to_pyarrow())
        con.execute("INSERT INTO k_suggested BY NAME SELECT side, record_key, suggestion FROM k_found")
        con.unregister("k_found")
    now = "coalesce(s.suggestion, '')"
    con.execute(
        f"CREATE OR REPLACE TABLE {FOUND} AS SELECT o.* REPLACE (CASE WHEN o.record_key <> '' THEN {now} "
        f"ELSE o.suggestion END AS suggestion) FROM {FOUND} o LEFT JOIN k_suggested s USING (side, record_key)"
    )
    con.execute(
        f"CREATE TABLE {RESAID} AS SELECT {columns(OPEN)} FROM ("
        f"SELECT o.* REPLACE ({now} AS suggestion), o.suggestion <> {now} AS differs "
        f"FROM (SELECT * FROM {BASE_OPEN} WHERE record_key <> '' "
        f"AND item_id NOT IN (SELECT item_id FROM {GONE_OPEN})) o "
        f"LEFT JOIN k_suggested s USING (side, record_key)) WHERE differs"
    )


def write_said(given: Given) -> None:
    """What open records say: of those computed anew."""
    asked = f"SELECT DISTINCT split_part(record_key, ':', 1) FROM {FOUND} WHERE record_key <> ''"
    kinds = {row[0] for row in given.con.execute(asked).fetchall()}
    said = said_sql(FOUND, {kind: f"k_{kind}s" for kind in SAID if kind in kinds})
    part = f"{NAME}.said"
    given.change(part, f"SELECT DISTINCT record_key FROM {GONE_OPEN} WHERE record_key <> ''", said, "record_key")
