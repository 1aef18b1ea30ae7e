"""Selection of the k smallest SHA-256(seed || id) by DuckDB, the peer of benches/tickets.sh.

Prints the milliseconds of the query (the table is loaded before), then the chosen ids.
"""
import sys
import time

import duckdb

path, seed, k, threads = sys.argv[1:5]
db = duckdb.connect()
db.execute(f"SET threads TO {int(threads)}")
db.execute("CREATE TABLE ids AS SELECT column0 AS id FROM read_csv(?, header=false, columns={'column0': 'VARCHAR'})", [path])
begun = time.monotonic()
rows = db.execute("SELECT id FROM ids ORDER BY sha256(? || id) LIMIT ?", [seed, int(k)]).fetchall()
print(round((time.monotonic() - begun) * 1000))
for (identifier,) in rows:
    print(identifier)
