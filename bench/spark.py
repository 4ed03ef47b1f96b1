"""Embeds passages with Apache Spark, which runs `bifocal embed` over each partition, and with one run over all of them.

    spark.py PASSAGES BIFOCAL MODEL PARTITIONS    PASSAGES: what examples/passages.rs writes, a JSON list of {"text"}

Prints {"passages", "partitions", "spark", "alone"}, the last two in seconds; fails if any vector differs in any bit.
"""

import json
import os
import shlex
import subprocess
import sys
import time
from array import array
from pathlib import Path

# Python of the partitions is this one, and neither side of Spark asks the network who it is.
os.environ.update(PYSPARK_PYTHON=sys.executable, SPARK_LOCAL_IP="127.0.0.1")

from pyspark.sql import SparkSession

CORES = 2


def spark(lines: list[str], command: list[str], partitions: int) -> tuple[list[str], float]:
    """Rows of all partitions; the time is without Spark's own start."""
    builder = SparkSession.builder.master(f"local[{CORES}]").config("spark.ui.enabled", "false")
    session = builder.config("spark.ui.showConsoleProgress", "false").config("spark.log.level", "ERROR").getOrCreate()
    # A partition has one core. `pipe` starts commands without an environment, and only says that one failed if asked to.
    pipe = {"command": shlex.join(command), "env": {"RAYON_NUM_THREADS": "1"}, "checkCode": True}
    started = time.perf_counter()
    rows = session.sparkContext.parallelize(lines, partitions).pipe(**pipe).collect()
    seconds = time.perf_counter() - started
    session.stop()
    return rows, seconds


def alone(lines: list[str], command: list[str]) -> tuple[list[str], float]:
    started = time.perf_counter()
    environment = os.environ | {"RAYON_NUM_THREADS": str(CORES)}
    run = subprocess.run(command, input="\n".join(lines), stdout=subprocess.PIPE, env=environment, text=True, check=True)
    return run.stdout.splitlines(), time.perf_counter() - started


def vectors(rows: list[str]) -> dict[int, bytes]:
    """The bits of each id's vector in f32."""
    found = {row["id"]: array("f", row["vector"]).tobytes() for row in map(json.loads, rows)}
    if len(found) != len(rows):
        sys.exit(f"{len(rows)} rows have {len(found)} ids")
    return found


def main() -> None:
    passages, bifocal, model, partitions = sys.argv[1:]
    texts = [passage["text"] for passage in json.loads(Path(passages).read_text(encoding="utf-8"))]
    lines = [json.dumps({"id": number, "text": text}) for number, text in enumerate(texts)]
    command = [bifocal, "embed", "--model", model]
    (ours, ours_seconds), (theirs, theirs_seconds) = alone(lines, command), spark(lines, command, int(partitions))
    expected, found = vectors(ours), vectors(theirs)
    differing = [number for number in range(len(lines)) if number not in expected or found.get(number) != expected[number]]
    if differing or len(found) != len(lines):
        sys.exit(f"of {len(lines)} vectors {len(differing)} differ between Spark and one run, the first of passage {differing[:1]}")
    print(json.dumps({"passages": len(lines), "partitions": int(partitions), "spark": theirs_seconds, "alone": ours_seconds}))


if __name__ == "__main__":
    main()
