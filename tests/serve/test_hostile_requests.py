"""What nobody in their right mind would send is answered, too."""

import pytest

TEXT = "Một bài báo ngắn về cây cầu mới bắc qua con sông lớn nhất vùng."


def article(value, key=b"text"):
    return b'{"id": "x", "' + key + b'": ' + value + b"}"


BAD = {
    "nothing": b"",
    "spaces": b"  \n ",
    "words": b"hello",
    "half an object": b'{"text": "a',
    "two objects": b'{"text": "a"} {"text": "b"}',
    "latin-1": '{"text": "à"}'.encode("latin-1"),
    "UTF-16": '{"text": "a"}'.encode("utf-16"),
    "zero bytes": b"\0" * 100,
    "a deep list": b"[" * 200_000,
    "a deep list that ends": b"[" * 100_000 + b"]" * 100_000,
    "a deep object": b'{"text":' * 50_000 + b"1" + b"}" * 50_000,
    "a deep text": article(b"[" * 5_000 + b"]" * 5_000),
    "a number of many digits": article(b"9" * 10_000),
    "infinity": b'{"text": "a", "id": Infinity}',
    "no text": article(b'"a"', b"html"),
    "empty text": article(b'""'),
    "unseen text": article(rb'"\u0000\u200b\ufeff\t "'),
    "a text that is null": article(b"null"),
    "a text that is a list": article(b'["a"]'),
    "a list in a list": b'[[{"text": "a"}]]',
    "an id that is an object": b'{"text": "a", "id": {}}',
    "an id that is too long a number": b'{"text": "a", "id": 313128274987847107215360}',
    "null": b"null",
    "a number": b"12",
}


@pytest.mark.parametrize("path", ["/check", "/articles"])
@pytest.mark.parametrize("body", BAD.values(), ids=BAD)
def test_what_is_no_article_is_422_with_a_reason(service, path, body):
    status, problem = service.post(path, body)

    assert status == 422
    assert list(problem) == ["error"]
    assert problem["error"]


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b'{"text": "a', "not JSON: Unterminated string starting at column 10"),
        (article(b'"a"', b"html"), "no text. Its keys are id, html; map one with --fields text="),
        (article(b"7"), "text is a number, not text; map another key with --fields text=KEY"),
        (b'"a"', "not an object but text; an article is an object"),
        (b'{"text": "\xe0"}', "not UTF-8: byte 0xe0 at offset 10; convert the file to UTF-8"),
        (b"[" * 200_000, "not JSON: nested too deeply"),
    ],
)
def test_the_reason_is_that_of_the_readers(service, body, says):
    assert service.post("/check", body)[1]["error"].startswith(says)


STRANGE = {
    "a lone surrogate": b'"\\ud83d ' + TEXT.encode() + b'"',
    "a zero": b'"\\u0000' + TEXT.encode() + b'"',
    "a word of 3 MB": b'"' + b"x" * 3_000_000 + b'"',
    "one letter": b'"a"',
    "marks alone": b'"?! ... \xe2\x80\xa6"',
    "a million line ends": b'"a' + b"\\n" * 1_000_000 + b'a"',
    "markup": b'"<script>alert(1)</script>"',
    "a mark that never ends": b'"a' + "\u0301".encode() * 10_000 + b'"',
    "right to left": '"\u202eمقال قصير عن جسر\u202c"'.encode(),
    "emoji": '"👨‍👩‍👧 🇻🇳"'.encode(),
}


@pytest.mark.parametrize("text", STRANGE.values(), ids=STRANGE)
def test_a_strange_text_is_an_article_all_the_same(service, text):
    status, verdict = service.post("/check", article(text))
    assert (status, verdict["id"]) == (200, "x")
    status, (verdict,) = service.post("/articles", article(text))
    assert (status, verdict["id"]) == (201, "x")
    status, verdict = service.post("/check", article(text))
    assert (status, verdict["is_new"], verdict["matched"]) == (200, False, "x")

    assert service.send("DELETE", "/articles/x")[0] == 204


@pytest.mark.parametrize(
    "path",
    ["/articles/%ff%fe", "/articles/%00", "/articles/" + "a" * 20_000, "/clusters/%0a",
     "/explain?a=%ff&b=%00", "/explain?a=" + "a" * 20_000 + "&b=b"],
)  # fmt: skip
def test_a_strange_name_is_the_name_of_nothing(service, path):
    status, problem = service.get(path)

    assert status == 404
    assert problem["error"]


def test_a_parameter_that_would_do_nothing_is_refused(service):
    assert service.post("/check?evidnce=false", {"text": TEXT}) == (
        422, {"error": "unknown parameter 'evidnce'; known: evidence"}
    )  # fmt: skip
    assert service.get("/healthz?x=1")[1] == {"error": "unknown parameter 'x'; there are none here"}
    assert service.post("/check?evidence=perhaps", {"text": TEXT})[0] == 422


def test_the_service_lives_on(service):
    assert service.get("/healthz")[0] == 200
