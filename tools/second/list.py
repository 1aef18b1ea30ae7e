"""Makes the list anew: `list.py PLANS [FILES]`.

PLANS is a folder with one description per plan, `<number>.json`. One line per plan goes to standard output: the
number and SHA-256 over the names and hashes of all its files, or `refused`. With FILES every file is written
below that folder too, to be compared with those of the first implementation.
"""
import hashlib
import json
import pathlib
import sys

import attempt
import rules


def digest(files):
    """SHA-256 over the lines `<path> <SHA-256 of the file>`, ascending by path."""
    lines = [f"{path} {hashlib.sha256(files[path]).hexdigest()}\n" for path in sorted(files)]
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def main(plans, kept=None):
    for source in sorted(pathlib.Path(plans).glob("*.json"), key=lambda path: int(path.stem)):
        try:
            files = attempt.make(json.loads(source.read_text("utf-8")))
        except rules.Refused:
            print(source.stem, "refused")
            continue
        print(source.stem, digest(files))
        for path, content in files.items() if kept else ():
            target = pathlib.Path(kept, source.stem, path)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)


if __name__ == "__main__":
    main(*sys.argv[1:])
