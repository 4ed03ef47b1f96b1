"""What a model's table of word pieces would weigh if it held only those that a site and much of English need, and how many queries
would have to load the others.

python3 bench/vocabulary.py MODEL.gguf.gz COLLECTION...    (pip install gguf numpy tokenizers)

MODEL is `bifocal model convert FOLDER -o MODEL.gguf.gz`, of a model with BERT's vocabulary, whose pieces stand nearly in the order of how
frequent they are; a COLLECTION is in BEIR's form. Prints a row for each collection and number of first pieces that are kept besides those
of the collection's own pages.
"""

import gzip
import json
import pathlib
import sys
import tempfile

import numpy
from gguf import GGUFReader
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

# Pieces that are no text come first.
FIRST = 999
KEPT = (0, 4000, 8000, 12000, 16000)


def main(model, *collections):
    table, tokenizer = read(pathlib.Path(model))
    print(f"all {len(table)} pieces: {weight(table)} bytes in gzip")
    print("| collection | queries | first pieces | pieces kept | bytes in gzip | queries that need others | without the pages' own |\n|---|---|---|---|---|---|---|")
    for folder in map(pathlib.Path, collections):
        pieces = lambda text: set(tokenizer.encode(text).ids)
        of_pages = set().union(*(pieces(f"{page.get('title', '')} {page['text']}") for page in lines(folder / "corpus.jsonl")))
        queries = [pieces(query["text"]) for query in lines(folder / "queries.jsonl")]
        for first in KEPT:
            common = set(range(max(first, FIRST)))
            kept = of_pages | common
            others, without = (sum(not query <= some for query in queries) for some in (kept, common))
            print(f"| {folder.name} | {len(queries)} | {first} | {len(kept)} | {weight(table[sorted(kept)])} | {others} | {without} |")


def read(model):
    """The codes of the table, a row for each piece, and what cuts text into pieces."""
    with tempfile.NamedTemporaryFile(suffix=".gguf") as whole:
        whole.write(gzip.decompress(model.read_bytes()))
        whole.flush()
        reader = GGUFReader(whole.name)
        table = next(tensor for tensor in reader.tensors if tensor.name == "token_embd.weight")
        table = numpy.array(table.data, dtype=numpy.int8).reshape(-1, int(table.shape[0]))
        pieces = reader.fields["tokenizer.ggml.tokens"].contents()
    # llama.cpp marks what begins a word, BERT what goes on with one.
    names = {(piece[1:] if piece.startswith("▁") else piece if piece.startswith("[") else f"##{piece}"): at for at, piece in enumerate(pieces)}
    tokenizer = Tokenizer(models.WordPiece(names, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    return table, tokenizer


def weight(rows):
    return len(gzip.compress(rows.tobytes(), 9))


def lines(file):
    packed = file.with_name(f"{file.name}.gz")
    text = file.read_text(encoding="utf-8") if file.exists() else gzip.decompress(packed.read_bytes()).decode()
    return [json.loads(line) for line in text.splitlines() if line]


if len(sys.argv) < 3:
    sys.exit(__doc__)
main(*sys.argv[1:])
