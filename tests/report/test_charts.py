"""Where the marks of the charts lie."""

from made_up import made

from detector.records import Detection, Label
from detector.report.charts import by_day, timeline
from detector.report.grid import grid
from detector.report.index import Index
from detector.sources import Flow


def index(*published):
    labels = tuple(
        Label(f"a{n}", f"d{n}", f"s{n}", f"e{n}", True, None, 0.0, None, None, "vi", when, None, ())
        for n, when in enumerate(published)
    )
    return Index(Detection(labels, (), ()))


def test_days_without_articles_keep_their_place():
    chart = by_day(index("2025-03-01", "2025-03-04T10:00:00+07:00", None))

    assert [(bar.name, bar.count) for bar in chart.bars] == [
        ("2025-03-01", 1), ("2025-03-02", 0), ("2025-03-03", 0), ("2025-03-04", 1),
    ]  # fmt: skip
    assert (chart.unit, chart.dated, chart.undated) == ("day", 2, 1)


def test_longer_times_are_told_by_week_month_and_year():
    units = [by_day(index("2020-01-01", last)).unit
             for last in ("2020-03-01", "2021-01-01", "2024-01-01", "2060-01-01")]  # fmt: skip

    assert units == ["day", "week", "month", "year"]


def test_one_wrong_date_does_not_draw_years_of_nothing():
    chart = by_day(
        index("1970-01-01", *(f"2025-03-{day:02}" for day in range(1, 29)), *["2025-03-28"] * 40)
    )

    assert chart.unit == "day"
    assert chart.outside == 1
    assert sum(bar.count for bar in chart.bars) == 68


def test_every_bar_counts_its_parts_and_stays_inside():
    detection, _ = made(500)
    chart = by_day(Index(detection))

    assert sum(bar.count for bar in chart.bars) + chart.outside == 500
    for bar in chart.bars:
        assert sum(n for *_, n in bar.parts) == bar.count
        assert 0 <= bar.x <= bar.x + bar.width <= chart.width
        assert all(-0.1 <= y <= y + high <= chart.height + 0.1 for _, y, high, _ in bar.parts)


def test_a_timeline_runs_from_the_first_to_the_last_in_one_time_zone():
    found = index(
        "2025-03-01T12:00:00+07:00", "2025-03-01T06:00:00+00:00", "2025-03-01T08:00:00+00:00"
    )
    chart = timeline(found, ["a2", "a0", "a1"], {"a0": "first"})

    assert [dot.told for dot in chart.dots] == ["first", "", ""]
    first, middle, last = (dot.x for dot in chart.dots)
    assert first < middle < last
    assert abs((middle - first) * 2 - (last - middle)) < 1
    assert (chart.start, chart.end) == ("2025-03-01 12:00", "2025-03-01 08:00")


def test_marks_that_would_lie_on_each_other_are_stacked():
    found = index("2025-03-01T12:00:00", "2025-03-01T12:00:01", "2025-03-09T12:00:00")
    chart = timeline(found, ["a0", "a1", "a2"], {})

    assert len({(dot.x, dot.y) for dot in chart.dots}) == 3
    assert chart.dots[0].y != chart.dots[1].y


def test_without_two_times_there_is_no_timeline():
    assert timeline(index("2025-03-01", None), ["a0", "a1"], {}) is None
    assert timeline(index("2025-03-01", "2025-03-01"), ["a0", "a1"], {}) is None


def flow(giver, taker, articles):
    return Flow(giver, taker, "", articles, 60.0, articles)


def test_the_grid_has_givers_on_top_and_leaves_own_updates_out():
    found = grid([flow("A", "B", 9), flow("C", "B", 2), flow("B", "B", 50)], 10)

    assert found.names == ("B",)
    assert [(giver, given) for giver, given, _ in found.rows] == [("A", 9), ("C", 2)]
    assert [cells[0].heat for _, _, cells in found.rows] == [5, 1]


def test_who_gives_and_takes_has_a_row_and_a_column_of_the_grid():
    found = grid([flow("A", "B", 9), flow("B", "C", 2)], 10)

    assert (found.names, [giver for giver, _, _ in found.rows]) == (("C", "B"), ["A", "B"])
    assert [[cell.heat for cell in cells] for _, _, cells in found.rows] == [[0, 5], [1, 0]]


def test_small_sources_are_counted_where_the_grid_ends():
    found = grid([flow(f"A{n}", f"B{n}", 10 - n) for n in range(8)], 6)

    assert (len(found.rows), len(found.names)) == (3, 3)
    assert found.left_out == 10
