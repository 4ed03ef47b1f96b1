"""Writes all-MiniLM-L6-v2 as an f32 ONNX graph in the fused operators that onnxruntime runs fastest.

No registry package holds the f32 export, so it is made from the same safetensors that bifocal reads. An export that
onnxruntime has to fuse for itself is no faster than this.
"""

import json
import struct
from pathlib import Path

import numpy
from onnx import TensorProto, helper, numpy_helper, save

LAYERS, HEADS, WIDTH, EPSILON = 6, 12, 384, 1e-12


def write_f32(safetensors: Path, onnx: Path) -> None:
    """Reads `safetensors` and writes the graph `input_ids, attention_mask -> last_hidden_state`."""
    weights = read(safetensors)
    nodes, constants = [], []

    def constant(name: str, value: numpy.ndarray) -> str:
        constants.append(numpy_helper.from_array(numpy.ascontiguousarray(value), name))
        return name

    def weight(name: str) -> str:
        return constant(name, weights[name])

    def transposed(name: str) -> str:
        return constant(name, weights[name].T)

    def node(operator: str, inputs: list[str], outputs: list[str], **attributes) -> str:
        nodes.append(helper.make_node(operator, inputs, outputs, domain="" if operator == "MatMul" else "com.microsoft", **attributes))
        return outputs[0]

    # Every token is of the first segment: its vector goes into those of the positions.
    positions = weights["embeddings.position_embeddings.weight"] + weights["embeddings.token_type_embeddings.weight"][:1]
    hidden = node(
        "EmbedLayerNormalization",
        ["input_ids", "", weight("embeddings.word_embeddings.weight"), constant("positions", positions), "",
         weight("embeddings.LayerNorm.weight"), weight("embeddings.LayerNorm.bias"), "attention_mask"],
        ["embedded", "lengths"], epsilon=EPSILON,
    )
    for layer in range(LAYERS):
        at = f"encoder.layer.{layer}"
        parts = [f"{at}.attention.self.{part}" for part in ("query", "key", "value")]
        qkv = constant(f"{at}.qkv.weight", numpy.concatenate([weights[f"{part}.weight"].T for part in parts], axis=1))
        bias = constant(f"{at}.qkv.bias", numpy.concatenate([weights[f"{part}.bias"] for part in parts]))
        attended = node("Attention", [hidden, qkv, bias, "attention_mask"], [f"{at}.attended"], num_heads=HEADS)
        for block, inner in (("attention.output", None), ("output", f"{at}.intermediate.dense")):
            result = attended if inner is None else hidden
            if inner:
                widened = node("MatMul", [result, transposed(f"{inner}.weight")], [f"{inner}.product"])
                result = node("BiasGelu", [widened, weight(f"{inner}.bias")], [f"{inner}.active"])
            name = f"{at}.{block}"
            product = node("MatMul", [result, transposed(f"{name}.dense.weight")], [f"{name}.product"])
            hidden = node(
                "SkipLayerNormalization",
                [product, hidden, weight(f"{name}.LayerNorm.weight"), weight(f"{name}.LayerNorm.bias"), weight(f"{name}.dense.bias")],
                [f"{name}.sum"], epsilon=EPSILON,
            )
    nodes[-1].output[0] = "last_hidden_state"
    integers = [helper.make_tensor_value_info(name, TensorProto.INT32, ["batch", "tokens"]) for name in ("input_ids", "attention_mask")]
    floats = [helper.make_tensor_value_info("last_hidden_state", TensorProto.FLOAT, ["batch", "tokens", WIDTH])]
    graph = helper.make_graph(nodes, "all-MiniLM-L6-v2", integers, floats, constants)
    versions = [helper.make_opsetid("", 17), helper.make_opsetid("com.microsoft", 1)]
    save(helper.make_model(graph, opset_imports=versions, ir_version=8), onnx)


def read(safetensors: Path) -> dict[str, numpy.ndarray]:
    """The f32 tensors of a safetensors file, by name."""
    data = safetensors.read_bytes()
    (length,) = struct.unpack_from("<Q", data)
    header = json.loads(data[8 : 8 + length])
    tensors = {}
    for name, entry in header.items():
        if name != "__metadata__" and entry["dtype"] == "F32":
            start, end = entry["data_offsets"]
            values = numpy.frombuffer(data[8 + length + start : 8 + length + end], dtype="<f4")
            tensors[name] = values.reshape(entry["shape"])
    return tensors
