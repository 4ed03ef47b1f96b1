"""Names that a manual made by Sphinx defines, and the pages that define them, as a list for `bifocal eval INDEX --queries`.

python3 bench/symbols.py FOLDER > symbols.jsonl

FOLDER is the manual's HTML, such as /usr/share/doc/python3.11/html of Debian's python3.11-doc; its objects.inv says what is defined where.
Of the names 400 are drawn by their hashes.
"""

import hashlib
import json
import pathlib
import re
import sys
import zlib

DRAWN = 400


def main(folder):
    root = pathlib.Path(folder)
    defined = {}
    for name, page in entries((root / "objects.inv").read_bytes()):
        if (root / page).is_file():
            defined.setdefault(name, page)
    names = sorted(defined, key=lambda name: hashlib.sha256(name.encode()).digest())
    for name in names[:DRAWN]:
        print(json.dumps({"query": name, "pages": [defined[name]]}))


def entries(inventory):
    """Names of the language's objects, with their pages: four lines of text, then a line for each object, deflated."""
    *_, packed = inventory.split(b"\n", 4)
    for line in zlib.decompress(packed).decode().splitlines():
        name, kind, address = re.match(r"(.+?) (\S+) -?\d+ (\S*) ", line).groups()
        if not kind.startswith("std:"):
            page = address.partition("#")[0]
            yield name, page + "index.html" if page.endswith("/") else page


if len(sys.argv) != 2:
    sys.exit(__doc__)
main(sys.argv[1])
