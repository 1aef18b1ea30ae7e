"""Rows of a synthetic register, how long the writer of a SQLite file is held by others, and what bare SQLite takes.

rows COUNT FILE ADDRESS   writes COUNT invented caterers as GB18030 CSV; ADDRESS stands in each of them
held FILE STOP            asks for the writer again and again until STOP exists; prints how long it waited in all, in seconds
bare FILE OTHER           writes the entries of FILE into a new file OTHER, in one transaction, then changes all of
                          them in another; prints the seconds of both
"""
import os
import sqlite3
import sys
import time


def register_number(number):
    body = f"411202{number:08d}"
    product = 10
    for digit in body:
        product = ((product + int(digit)) % 10 or 10) * 2 % 11
    return body + str((11 - product) % 10)


def rows(count, path, address):
    with open(path, "w", encoding="gb18030") as out:
        out.write("名称,注册号,经营地址\n")
        for number in range(1, int(count) + 1):
            out.write(f"样例餐饮{number:07d}店,{register_number(number)},{address}{number}号\n")


def held(path, stop):
    whole = 0.0
    while not os.path.exists(stop):
        base = sqlite3.connect(path, timeout=600, isolation_level=None)
        asked = time.monotonic()
        base.execute("BEGIN IMMEDIATE")
        whole += time.monotonic() - asked
        base.execute("ROLLBACK")
        base.close()
        time.sleep(0.05)
    print(f"{whole:.1f}")


def timed(base, sql, values):
    begun = time.monotonic()
    base.execute("BEGIN IMMEDIATE")
    base.executemany(sql, values)
    base.execute("COMMIT")
    return time.monotonic() - begun


def bare(path, other):
    source = sqlite3.connect(path)
    schema = "SELECT sql FROM sqlite_schema WHERE tbl_name = 'subjects' AND sql IS NOT NULL ORDER BY type DESC"
    schema = [sql for (sql,) in source.execute(schema)]
    entries = source.execute("SELECT * FROM subjects ORDER BY rowid").fetchall()
    source.close()
    base = sqlite3.connect(other, isolation_level=None)
    for sql in ["PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL", "PRAGMA cache_size = -65536", *schema]:
        base.execute(sql)
    marks = ", ".join("?" for _ in entries[0])
    new = timed(base, f"INSERT INTO subjects VALUES ({marks})", entries)
    changed = timed(
        base,
        "UPDATE subjects SET address = ?2 || '里', last_event = ?2 WHERE subject_id = ?1 AND last_event = ?3",
        ((entry[0], "EV-SOMETHING-ELSE-ALTOGETHER", entry[-1]) for entry in entries),
    )
    print(f"{new:.1f} {changed:.1f}")


{"rows": rows, "held": held, "bare": bare}[sys.argv[1]](*sys.argv[2:])
