"""The FAISS files: what they find, what follows from damage, and how they are replaced."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from detector import Detector, StoreError
from detector.store import Store, packing, vectors
from detector.store.coding import coded_vectors, decoded_vectors
from detector.store.store import codes, renew
from detector.store.tail import Tail


def news_like(count, dimension=64, seed=1):
    """Unit vectors in topics of falling size, as articles lie."""
    draw = np.random.default_rng(seed)
    topics = draw.normal(size=(60, dimension))
    which = draw.geometric(0.06, count) % len(topics)
    rows = topics[which] + 0.9 * draw.normal(size=(count, dimension))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture
def stored(tmp_path):
    """A store of 9,000 bodies that are nothing but vectors."""
    store = Store.create(tmp_path / "index", {"text": "0"})
    rows = coded_vectors(news_like(9000))
    with store.writing() as view:
        code = codes(view.connection, ["vi"])["vi"]
        view.connection.executemany(
            "INSERT INTO bodies VALUES (?, 0, ?, 0, 0, 0, 0, 0, 0, 1, NULL, ?, NULL)",
            [(number + 1, code, row) for number, row in enumerate(rows)],
        )
    yield store, decoded_vectors(rows)
    store.close()


def put(store):
    with store.writing() as view:
        made = vectors.write(view.connection, store.folder, view.told["packing"] + 1, whole=True)
        view.connection.execute("DELETE FROM files")
        view.connection.executemany(
            "INSERT INTO files VALUES (?, ?, ?, ?, ?)",
            [(f.name, f.language, f.vectors, f.trained, f.digest) for f in made],
        )
        renew(view.connection)
    vectors.tidy(store.folder, made)
    return made


def recall(store, held):
    asked = held[::45]
    exact = 1 + np.argsort(-(asked @ held.T), axis=1)[:, :10]
    with store.reading() as view:
        ((_, found),) = view.nearest(asked, 10).values()
    return np.mean(
        [len(set(a) & set(b)) / 10 for a, b in zip(exact.tolist(), found.tolist(), strict=True)]
    )


def test_inverted_lists_find_nearly_all_that_exact_search_finds(stored):
    store, held = stored
    put(store)

    assert recall(store, held) >= 0.98


@pytest.mark.parametrize("count", [9000, 700])
def test_many_queries_together_find_what_each_finds_alone(stored, count):
    store, held = stored
    with store.writing() as view:
        view.connection.execute("DELETE FROM bodies WHERE number > ?", (count,))
    put(store)
    asked = held[::300]

    with store.reading() as view:
        ((scores, found),) = view.nearest(asked, 10).values()
        alone = [next(iter(view.nearest(one[None], 10).values())) for one in asked]
    assert len(asked) > 16
    assert np.array_equal(found, np.concatenate([numbers for _, numbers in alone]))
    assert np.allclose(scores, np.concatenate([cosines for cosines, _ in alone]), atol=1e-5)


def test_a_damaged_file_is_told_and_answered_for_from_sqlite(stored):
    store, held = stored
    (made,) = put(store)
    path = store.folder / made.name
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(bytes(content))
    again = Store.open(store.folder)

    assert vectors.fault(store.folder, made) == "damaged"
    assert recall(again, held) >= 0.98
    again.close()


def test_a_file_that_is_gone_is_made_again_by_compacting(tmp_path, newsroom, config):
    with Detector.open(tmp_path / "index", config) as detector:
        detector.add(newsroom[:40])
        detector.compact()
        for path in (tmp_path / "index").glob("*.faiss"):
            path.unlink()
    with Detector.open(tmp_path / "index") as detector:
        faults = detector.verify()
        assert faults
        assert all("No such file" in f and "`detector index compact`" in f for f in faults)
        assert detector.check(newsroom[5]).matched == newsroom[5].id
        detector.compact()
        assert detector.verify() == ()


def test_who_has_opened_a_file_goes_on_while_it_is_replaced(stored):
    store, held = stored
    put(store)
    reader = Store.open(store.folder)
    assert recall(reader, held) >= 0.98
    with reader.reading() as view:
        old = view.files
        put(store)
        assert old.nearest(Tail(), held[:3], 1, old.packed(held[:3], 1))
    assert recall(reader, held) >= 0.98
    assert len(list(store.folder.glob("*.faiss"))) == 1
    reader.close()


def test_lists_are_trained_again_when_there_are_twice_as_many(stored):
    store, _ = stored
    (first,) = put(store)
    with store.writing() as view:
        rows = coded_vectors(news_like(10_000, seed=2))
        view.connection.executemany(
            "INSERT INTO bodies VALUES (?, 0, 1, 0, 0, 0, 0, 0, 0, 1, NULL, ?, NULL)",
            [(number + 9001, row) for number, row in enumerate(rows[:500])],
        )
    (second,) = put(store)
    with store.writing() as view:
        view.connection.executemany(
            "INSERT INTO bodies VALUES (?, 0, 1, 0, 0, 0, 0, 0, 0, 1, NULL, ?, NULL)",
            [(number + 9501, row) for number, row in enumerate(rows[500:])],
        )
    (third,) = put(store)

    assert (first.trained, second.trained, third.trained) == (9000, 9000, 19_000)
    assert (first.vectors, second.vectors, third.vectors) == (9000, 9500, 19_000)


def test_what_has_come_is_put_to_the_file_that_is_there(tmp_path, newsroom, config, monkeypatch):
    monkeypatch.setattr(vectors, "_EXACT", 20)
    monkeypatch.setattr(vectors, "_PER_LIST", 10)
    files = []
    with Detector.open(tmp_path / "index", config) as detector:
        store = detector._opened().store
        for articles, whole in ((newsroom[:60], False), (newsroom[60:90], False), ([], True)):
            detector.add(articles)
            packing.pack(store, whole=whole, progress=lambda *_: None)
            with store.reading() as view:
                files.append(vectors.listed(view.connection))
        assert detector.check(newsroom[70]).matched == newsroom[70].id
    first, added, anew = files

    assert sum(f.vectors for f in added) > sum(f.vectors for f in first)
    assert [(f.vectors, f.trained, f.digest) for f in added] == [
        (f.vectors, f.trained, f.digest) for f in anew
    ]


def test_a_damaged_sqlite_file_is_told(tmp_path, newsroom, config):
    with Detector.open(tmp_path / "index", config) as detector:
        detector.add(newsroom[:60])
        detector.compact()
    path = tmp_path / "index" / "store.sqlite3"
    content = bytearray(path.read_bytes())
    for at in range(len(content) // 2, len(content) // 2 + 40_000):
        content[at] ^= 0x5A
    path.write_bytes(bytes(content))

    try:
        with Detector.open(tmp_path / "index") as detector:
            faults = detector.verify()
    except StoreError as error:
        faults = (str(error),)
    assert faults
    assert "put back a copy of the folder, or build the index again" in faults[0].lower()


def test_a_file_that_is_no_store_is_told(tmp_path):
    folder = Path(tmp_path / "index")
    folder.mkdir()
    (folder / "store.sqlite3").write_bytes(b"not a database at all" * 1000)

    with pytest.raises(StoreError, match="damaged"):
        Detector.open(folder)
