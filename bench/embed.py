"""The onnxruntime side of the embedding bench, and the texts for both sides.

    embed.py texts BOOK TOKENIZER OUT     writes texts of the book, each of almost 128 tokens, one JSON string a line
    embed.py measure MODEL TEXTS          prints {"model", "batch", "seconds", "texts"}: the best batch size's
"""

import json
import sys
import time
from html.parser import HTMLParser
from pathlib import Path

import numpy
import onnxruntime
from onnx_model import write_f32
from tokenizers import Tokenizer

TOKENS, TEXTS, THREADS, BATCHES = 128, 192, 2, (1, 8, 32)


class MainText(HTMLParser):
    """Collects the text inside `<main>`."""

    def __init__(self) -> None:
        super().__init__()
        self.inside, self.pieces = False, []

    def handle_starttag(self, tag: str, _attributes) -> None:
        self.inside = self.inside or tag == "main"

    def handle_endtag(self, tag: str) -> None:
        self.inside = self.inside and tag != "main"

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.pieces.append(data)


def texts(book: Path, tokenizer_file: Path, out: Path) -> None:
    tokenizer = open_tokenizer(tokenizer_file)
    tokenizer.no_truncation()
    tokenizer.no_padding()
    cut = []
    for page in sorted(book.glob("*.html")):
        parser = MainText()
        parser.feed(page.read_text(encoding="utf-8"))
        words, chunk = " ".join(parser.pieces).split(), []
        for word in words:
            chunk.append(word)
            # Counting costs time: begin where 128 tokens are possible.
            if len(chunk) > TOKENS // 3 and len(tokenizer.encode(" ".join(chunk)).ids) > TOKENS:
                cut.append(" ".join(chunk[:-1]))
                chunk = [word]
    step = len(cut) / TEXTS
    out.write_text("".join(json.dumps(cut[int(i * step)]) + "\n" for i in range(TEXTS)), encoding="utf-8")


def measure(model: Path, tokenizer_file: Path, texts_file: Path) -> None:
    tokenizer = open_tokenizer(tokenizer_file)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = THREADS
    session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
    lines = [json.loads(line) for line in texts_file.read_text(encoding="utf-8").splitlines()]
    embed(session, tokenizer, lines[:8], 8)
    best = None
    for batch in BATCHES:
        started = time.perf_counter()
        embed(session, tokenizer, lines, batch)
        seconds = time.perf_counter() - started
        if best is None or seconds < best["seconds"]:
            best = {"batch": batch, "seconds": seconds, "texts": len(lines)}
    print(json.dumps(best))


def embed(session: onnxruntime.InferenceSession, tokenizer: Tokenizer, lines: list[str], batch: int) -> numpy.ndarray:
    """Unit vectors of `lines`: mean over the tokens that are not padding."""
    types = {entry.name: numpy.int64 if "int64" in entry.type else numpy.int32 for entry in session.get_inputs()}
    vectors = []
    for start in range(0, len(lines), batch):
        encoded = tokenizer.encode_batch(lines[start : start + batch])
        ids = numpy.array([entry.ids for entry in encoded])
        mask = numpy.array([entry.attention_mask for entry in encoded])
        values = {"input_ids": ids, "attention_mask": mask, "token_type_ids": numpy.zeros_like(ids)}
        feed = {name: values[name].astype(kind) for name, kind in types.items()}
        output = session.run(None, feed)[0]
        if output.ndim == 3:
            output = (output * mask[:, :, None]).sum(axis=1) / mask.sum(axis=1, keepdims=True)
        vectors.append(output / numpy.linalg.norm(output, axis=1, keepdims=True))
    return numpy.concatenate(vectors)


def open_tokenizer(file: Path) -> Tokenizer:
    tokenizer = Tokenizer.from_file(str(file))
    tokenizer.enable_truncation(256)
    tokenizer.enable_padding()
    return tokenizer
