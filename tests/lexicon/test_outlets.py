"""Outlets and agencies, by whatever name they are called."""

from __future__ import annotations

import pytest

from detector import lexicon
from detector.lexicon import outlets


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("Dân trí", "dantri"),
        ("báo Dân Trí", "dantri"),
        ("dantri.com.vn", "dantri"),
        ("https://dantri.com.vn/xa-hoi/a-1.htm", "dantri"),
        ("sohoa.vnexpress.net", "vnexpress"),
        ("e.vnexpress.net", "vnexpressinternational"),
        ("Tân Hoa xã", "xinhua"),
        ("TTXVN", "ttxvn"),
        ("VNA", "ttxvn"),
        ("the Guardian", "guardian"),
        ("Washingtonpost", "washingtonpost"),
        ("baoquocte.vn", "baoquocte"),
        ("Thế giới & Việt Nam", "baoquocte"),
    ],
)
def test_an_outlet_is_found_by_its_names_and_domains(text, key):
    found = outlets.find(text)
    assert found is not None
    assert found.id == key


@pytest.mark.parametrize("text", ["", "Hà Giang", "DN", "ap", "một tờ báo", "example.org"])
def test_other_words_are_no_outlets(text):
    assert outlets.find(text) is None


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("https://www.Example.org/a?b=c", "example.org"),
        ("http://paper.example/a", "paper.example"),
        ("m.example.com", "example.com"),
        ("T.Lan", ""),
        ("T.Lan/dangcongsan.vn", ""),
        ("hai chữ", ""),
    ],
)
def test_a_host_is_read_from_links_and_domains_only(text, host):
    assert outlets.host_of(text) == host


def test_source_and_link_of_one_outlet_share_a_key():
    assert outlets.key_of("Dân trí") == outlets.key_of("", "https://dantri.com.vn/a") == "dantri"
    assert outlets.key_of("Lá Xanh", "https://laxanh.example/a") == "laxanh.example"
    assert outlets.key_of("Lá Xanh") == "la xanh"
    assert outlets.key_of("") == ""


def test_every_entry_has_an_id_of_its_own():
    ids = [entry["id"] for entry in lexicon.table("outlets")["outlet"]]
    assert len(ids) == len(set(ids))
