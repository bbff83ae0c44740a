"""Make ``tests/data/tiny-encoder``: a real sentence-transformers model of 170 KB.

A BERT of two layers and 32 dimensions with random weights. Small random layers hardly
move a token's vector, so texts that share words are near each other and others are not:
enough to test loading, batching and neighbours. Run it again with
``python tests/data/build_tiny_encoder.py``; the bytes are the same everywhere.
"""

from __future__ import annotations

import json
import string
import struct
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent / "tiny-encoder"
HIDDEN, INNER, LAYERS, POSITIONS = 32, 64, 2, 256
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
# Lower-cased and without accents, as the tokenizer below leaves them; "đ" has none to lose.
WORDS = """
a an and are at be by city day fire for from has have hundred in is it law market meeting
million minister month national new news of on or people police port president price
province query rain report river road said ship storm that the this to trade two was were
will with workers year an bao bay ban binh bien bo ca cac cai cao cau cho chinh chua chuc
co cong cua cuoc da dan dang day den di dia diem dien do doan doi dong du duoc duong gia
gio giao ha hai hang hoa hoi hop huyen ke khach khi khong khu la lam lon luat lu mot mua
muoi nam nay nghin ngay nguoi nha nhan nhieu nhung noi nuoc phat phong phu qua quan quoc
ra sau sinh song sang tai tau thanh thang the thi tinh toan toi tram tren tri trong
truong truoc tu va van ve vi viec vien vu xa xay xe xuat đa đai đan đang đau đen đe đi
đia đien đinh đo đoan đoi đong đuoc đuong
"""


def main() -> None:
    vocabulary = list(dict.fromkeys([*SPECIAL, *pieces(), *WORDS.split()]))
    HERE.mkdir(exist_ok=True)
    for name, content in configuration(vocabulary).items():
        (HERE / name).parent.mkdir(exist_ok=True)
        text = json.dumps(content, ensure_ascii=False, indent=1) + "\n"
        (HERE / name).write_text(text, encoding="utf-8", newline="\n")
    write_safetensors(HERE / "model.safetensors", weights(len(vocabulary)))


def pieces() -> list[str]:
    letters = [*string.ascii_lowercase, "đ", *string.digits]
    return [*letters, *(f"##{letter}" for letter in letters), *string.punctuation]


def weights(words: int) -> dict[str, np.ndarray]:
    random = np.random.Generator(np.random.PCG64(7))

    def matrix(rows: int, columns: int, spread: float) -> np.ndarray:
        return (random.standard_normal((rows, columns)) * spread).astype("<f4")

    tensors = {
        "embeddings.word_embeddings.weight": matrix(words, HIDDEN, 1.0),
        "embeddings.position_embeddings.weight": matrix(POSITIONS, HIDDEN, 0.05),
        "embeddings.token_type_embeddings.weight": matrix(2, HIDDEN, 0.05),
        **norm("embeddings.LayerNorm"),
        **linear("pooler.dense", np.zeros((HIDDEN, HIDDEN), "<f4")),
    }
    for layer in range(LAYERS):
        place = f"encoder.layer.{layer}"
        for part in ("query", "key", "value"):
            tensors |= linear(f"{place}.attention.self.{part}", matrix(HIDDEN, HIDDEN, 0.1))
        tensors |= linear(f"{place}.attention.output.dense", matrix(HIDDEN, HIDDEN, 0.1))
        tensors |= norm(f"{place}.attention.output.LayerNorm")
        tensors |= linear(f"{place}.intermediate.dense", matrix(INNER, HIDDEN, 0.1))
        tensors |= linear(f"{place}.output.dense", matrix(HIDDEN, INNER, 0.1))
        tensors |= norm(f"{place}.output.LayerNorm")
    return tensors


def linear(name: str, weight: np.ndarray) -> dict[str, np.ndarray]:
    return {f"{name}.weight": weight, f"{name}.bias": np.zeros(len(weight), "<f4")}


def norm(name: str) -> dict[str, np.ndarray]:
    return {f"{name}.weight": np.ones(HIDDEN, "<f4"), f"{name}.bias": np.zeros(HIDDEN, "<f4")}


def write_safetensors(path: Path, tensors: dict[str, np.ndarray]) -> None:
    header: dict[str, object] = {"__metadata__": {"format": "pt"}}
    end = 0
    for name, value in sorted(tensors.items()):
        offsets = [end, end := end + value.nbytes]
        header[name] = {"dtype": "F32", "shape": value.shape, "data_offsets": offsets}
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    content = b"".join(value.tobytes() for _, value in sorted(tensors.items()))
    path.write_bytes(struct.pack("<Q", len(text)) + text + content)


def configuration(vocabulary: list[str]) -> dict[str, object]:
    ids = {token: index for index, token in enumerate(vocabulary)}
    kinds = {"": "Transformer", "1_Pooling": "Pooling", "2_Normalize": "Normalize"}
    return {
        "modules.json": [
            {"idx": i, "name": str(i), "path": p, "type": f"sentence_transformers.models.{kind}"}
            for i, (p, kind) in enumerate(kinds.items())
        ],
        "config.json": {
            "architectures": ["BertModel"],
            "model_type": "bert",
            "hidden_act": "gelu",
            "hidden_size": HIDDEN,
            "intermediate_size": INNER,
            "layer_norm_eps": 1e-12,
            "max_position_embeddings": POSITIONS,
            "num_attention_heads": 2,
            "num_hidden_layers": LAYERS,
            "pad_token_id": 0,
            "torch_dtype": "float32",
            "type_vocab_size": 2,
            "vocab_size": len(vocabulary),
        },
        "config_sentence_transformers.json": {
            "prompts": {"query": "query: "},
            "default_prompt_name": "query",
            "similarity_fn_name": "cosine",
        },
        "sentence_bert_config.json": {"max_seq_length": POSITIONS, "do_lower_case": False},
        "1_Pooling/config.json": {
            "word_embedding_dimension": HIDDEN,
            "pooling_mode_cls_token": False,
            "pooling_mode_mean_tokens": True,
            "pooling_mode_max_tokens": False,
            "pooling_mode_mean_sqrt_len_tokens": False,
        },
        "tokenizer_config.json": {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "model_max_length": POSITIONS,
            "clean_up_tokenization_spaces": False,
            **{f"{token.strip('[]').lower()}_token": token for token in SPECIAL},
        },
        "tokenizer.json": tokenizer(ids),
    }


def tokenizer(ids: dict[str, int]) -> dict[str, object]:
    special = {
        "single_word": False,
        "lstrip": False,
        "rstrip": False,
        "normalized": False,
        "special": True,
    }
    start, end = ({"SpecialToken": {"id": token, "type_id": 0}} for token in ("[CLS]", "[SEP]"))
    text, other = ({"Sequence": {"id": name, "type_id": 0}} for name in "AB")
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [{"id": ids[token], "content": token, **special} for token in SPECIAL],
        "normalizer": {
            "type": "BertNormalizer",
            "clean_text": True,
            "handle_chinese_chars": True,
            "strip_accents": True,
            "lowercase": True,
        },
        "pre_tokenizer": {"type": "BertPreTokenizer"},
        "post_processor": {
            "type": "TemplateProcessing",
            "single": [start, text, end],
            "pair": [start, text, end, other, end],
            "special_tokens": {
                token: {"id": token, "ids": [ids[token]], "tokens": [token]}
                for token in ("[CLS]", "[SEP]")
            },
        },
        "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": True},
        "model": {
            "type": "WordPiece",
            "unk_token": "[UNK]",
            "continuing_subword_prefix": "##",
            "max_input_chars_per_word": 100,
            "vocab": ids,
        },
    }


if __name__ == "__main__":
    main()
