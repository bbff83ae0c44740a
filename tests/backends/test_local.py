import os
import signal
import time

import pytest

from detector.backends.local import LocalBackend, cores
from detector.errors import DetectorError, InputError


@pytest.fixture
def two():
    backend = LocalBackend(jobs=2)
    yield backend
    backend.close()


def slow_first(chunk):
    time.sleep(0.2 if chunk == 0 else 0)
    return chunk * 10


def process(_chunk):
    return os.getpid()


def picky(chunk):
    if chunk == 3:
        raise InputError("no text", f"articles.jsonl:{chunk}")
    return chunk


def test_results_come_in_the_order_of_the_chunks(two):
    assert list(two.map(slow_first, range(9))) == [chunk * 10 for chunk in range(9)]


@pytest.mark.parametrize("count", [0, 1, 2, 3, 25])
def test_two_processes_give_what_one_gives(two, count):
    one = LocalBackend(jobs=1)

    assert list(two.map(slow_first, range(count))) == list(one.map(slow_first, range(count)))


def test_two_jobs_work_beside_this_process_and_one_job_in_it(two):
    assert os.getpid() not in two.map(process, range(4))
    assert set(LocalBackend(jobs=1).map(process, range(4))) == {os.getpid()}


def test_a_single_chunk_starts_no_process(two):
    assert list(two.map(process, [0])) == [os.getpid()]


@pytest.mark.parametrize("jobs", [1, 2])
def test_an_error_comes_out_where_its_result_would(jobs):
    backend = LocalBackend(jobs)
    results = backend.map(picky, range(6))

    assert [next(results) for _ in range(3)] == [0, 1, 2]
    with pytest.raises(InputError, match=r"^articles\.jsonl:3: no text$") as caught:
        next(results)
    assert caught.value.where == "articles.jsonl:3"
    backend.close()


def test_a_backend_works_on_after_an_error(two):
    with pytest.raises(InputError):
        list(two.map(picky, range(6)))

    assert list(two.map(picky, range(3))) == [0, 1, 2]


@pytest.mark.parametrize("jobs", [1, 2])
def test_chunks_are_taken_as_they_are_needed(jobs):
    backend = LocalBackend(jobs)
    taken = []

    def source():
        for chunk in range(100):
            taken.append(chunk)
            yield chunk

    results = backend.map(slow_first, source())
    next(results)

    assert jobs < len(taken) <= 3 * jobs
    results.close()
    backend.close()


def test_a_closed_backend_can_be_closed_and_used_again(two):
    assert list(two.map(picky, range(3))) == [0, 1, 2]
    two.close()
    two.close()

    assert list(two.map(picky, range(3))) == [0, 1, 2]


def test_no_number_of_jobs_means_one_a_core():
    assert LocalBackend().jobs == cores() >= 1
    assert LocalBackend(jobs=3).jobs == 3


def _killed(_chunk):
    os.kill(os.getpid(), signal.SIGKILL)


def test_a_killed_process_is_one_error_and_the_backend_goes_on():
    backend = LocalBackend(2)
    try:
        with pytest.raises(DetectorError, match="a worker process was killed"):
            list(backend.map(_killed, [1, 2, 3]))
        assert list(backend.map(abs, [-1, -2, -3])) == [1, 2, 3]
    finally:
        backend.close()
