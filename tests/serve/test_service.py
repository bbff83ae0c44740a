"""What the service answers, over real HTTP."""

from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote

import pytest


@pytest.fixture
def bridge(detector):
    """The body of a stored article."""
    return detector.get("bridge").text


@pytest.fixture
def tide():
    """The body of an article that is not stored."""
    return (
        "Triều cường dâng cao tối 18-10-2025 làm ngập nhiều tuyến đường ven sông ở quận 7, có nơi "
        "sâu nửa mét. Người dân kê lại đồ đạc, chuyển xe lên cầu. Đài khí tượng cho biết đỉnh "
        "triều sẽ còn giữ ở mức trên 1,6 mét trong hai ngày tới rồi mới xuống chậm."
    )


def removed(service, *ids):
    for name in ids:
        assert service.send("DELETE", f"/articles/{quote(name, safe='')}") == (204, None)


# Check


def test_a_new_article_is_new_and_nothing_is_written(service, tide):
    status, verdict = service.post("/check", {"id": "tide", "text": tide})

    assert status == 200
    assert (verdict["id"], verdict["is_new"], verdict["relation"]) == ("tide", True, None)
    assert service.get("/healthz")[1]["articles"] == 2
    assert service.get("/articles/tide")[0] == 404


def test_a_copy_is_matched_with_its_evidence(service, bridge):
    status, verdict = service.post("/check", {"id": "copy", "body": f"{bridge}\n\nTheo Báo Một"})

    assert status == 200
    assert verdict["is_new"] is False
    assert verdict["relation"] in ("exact_copy", "near_copy")
    assert verdict["matched"] == "bridge"
    assert verdict["original"] == "bridge"
    assert verdict["evidence"]["reasons"]


def test_evidence_can_be_left_out(service, bridge):
    status, verdict = service.post("/check?evidence=false", {"id": "copy", "text": bridge})

    assert (status, verdict["matched"]) == (200, "bridge")
    assert verdict["evidence"]["passages"] == []


# Articles


def test_one_article_and_a_list_of_them_are_added(service, tide):
    status, verdicts = service.post("/articles", {"id": "tide", "text": tide, "title": "Triều"})
    assert (status, [v["is_new"] for v in verdicts]) == (201, [True])
    status, verdicts = service.post(
        "/articles", [{"id": "tide-2", "text": tide}, {"id": "tide-3", "text": f"{tide} Hết."}]
    )

    assert (status, [v["matched"] in ("tide", "tide-2", "tide-3") for v in verdicts]) == (
        201, [True, True]
    )  # fmt: skip
    assert service.get("/healthz")[1]["articles"] == 5
    assert service.get("/articles/tide")[1] == {
        "id": "tide", "title": "Triều", "text": tide, "url": "", "source": "",
        "published": None, "language": "",
    }  # fmt: skip
    cluster = service.get(f"/clusters/{verdicts[0]['duplicate_cluster']}")[1]
    assert cluster["level"] == "duplicate"
    assert cluster["members"] == ["tide", "tide-2", "tide-3"]
    removed(service, "tide", "tide-2", "tide-3")
    assert service.get("/articles/tide")[0] == 404


def test_nothing_is_added_where_one_of_a_list_is_bad(service, tide):
    status, problem = service.post("/articles", [{"id": "tide", "text": tide}, {"id": "x"}])

    assert status == 422
    assert problem == {
        "error": "article:2: no text. Its keys are id; map one with --fields text=id"
    }
    assert service.get("/articles/tide")[0] == 404


def test_an_empty_list_is_no_work_and_no_error(service):
    assert service.post("/articles", []) == (201, [])


@pytest.mark.parametrize(
    "name", ["a/b/c", "/", "dòng một\ndòng hai", "\n", "a?b#c%2F", "ends\n", "zero\0byte", " "]
)
def test_an_id_may_be_anything_that_is_text(service, tide, name):
    assert service.post("/articles", {"id": f"x{name}", "text": tide})[0] == 201
    path = f"/articles/{quote('x' + name, safe='')}"

    assert service.get(path)[1]["id"] == f"x{name}"
    assert service.send("DELETE", path) == (204, None)
    assert service.get(path)[0] == 404


def test_an_article_without_an_id_has_the_digest_of_its_content(service, tide):
    _, one = service.post("/check", {"text": tide})
    _, other = service.post("/check", {"text": tide})

    assert one["id"] == other["id"]
    assert len(one["id"]) == 16


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/articles/nothing"),
        ("DELETE", "/articles/nothing"),
        ("GET", "/clusters/dup-nothing"),
        ("GET", "/explain?a=bridge&b=nothing"),
        ("GET", "/articles/"),
        ("GET", "/nothing"),
        ("GET", "/check/"),
    ],
)
def test_what_is_not_there_is_404_with_a_reason(service, method, path):
    status, problem = service.send(method, path)

    assert status == 404
    assert list(problem) == ["error"]


# Explain


def test_two_articles_are_explained_in_the_order_of_the_question(service):
    status, found = service.get("/explain?a=durian&b=bridge")

    assert status == 200
    assert (found["a"], found["b"], found["relation"]) == ("durian", "bridge", None)
    assert found["decided_by"]


@pytest.mark.parametrize("query", ["", "?a=bridge", "?a=bridge&b=bridge"])
def test_an_explanation_needs_two_articles(service, query):
    status, problem = service.get(f"/explain{query}")

    assert status == 422
    assert problem["error"]


# Metrics


def lines_of(service):
    status, page = service.get("/metrics", raw=True)
    assert status == 200
    return page.decode().splitlines()


def value_of(service, name):
    return sum(
        float(line.rpartition(" ")[2]) for line in lines_of(service) if line.startswith(name)
    )


def test_requests_checks_and_articles_are_counted(service, bridge):
    checks = value_of(service, 'detector_checks_total{relation="exact_copy"}')
    series = 'detector_http_requests_total{method="GET",route="/articles/{id}",status="404"}'
    before = value_of(service, series)
    service.post("/check", {"id": "copy", "text": bridge})
    service.get("/articles/some-id-of-nobody")

    assert value_of(service, 'detector_checks_total{relation="exact_copy"}') == checks + 1
    assert value_of(service, series) == before + 1
    assert "detector_articles 2.0" in lines_of(service)
    assert value_of(service, 'detector_http_request_seconds_count{route="/check"}') > 0


def test_an_id_or_an_unknown_path_makes_no_series_of_its_own(service):
    for name in ("some-id", "other-id"):
        service.get(f"/articles/{name}")
        service.get(f"/{name}")
        service.send("BREW", f"/{name}")

    assert not [line for line in lines_of(service) if "-id" in line or "BREW" in line]


def test_many_callers_at_one_time_each_get_their_own_answer(service, bridge):
    def ask(number):
        text = (
            bridge if number % 2 else f"Bài số {number} nói về một chuyện khác hẳn, không ai biết."
        )
        return service.post("/check", {"id": f"n{number}", "text": text})

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(ask, range(40)))

    assert [answer["id"] for _, answer in answers] == [f"n{n}" for n in range(40)]
    assert [answer["is_new"] for _, answer in answers] == [n % 2 == 0 for n in range(40)]


def test_checks_are_answered_while_articles_are_added_and_removed(service, bridge):
    def check(number):
        return service.post("/check", {"id": f"c{number}", "text": bridge})

    def write(number):
        text = f"Tin số {number}: xã thứ {number} đã xong đường mới dài {number * 3} cây số."
        added = service.post("/articles", {"id": f"w{number}", "text": text})[0]
        return added, service.send("DELETE", f"/articles/w{number}")[0]

    with ThreadPoolExecutor(10) as pool:
        writes = [pool.submit(write, n) for n in range(12)]
        answers = list(pool.map(check, range(40)))

    assert [write.result() for write in writes] == [(201, 204)] * 12
    assert {status for status, _ in answers} == {200}
    assert {verdict["matched"] for _, verdict in answers} == {"bridge"}
    assert service.get("/healthz")[1]["articles"] == 2
