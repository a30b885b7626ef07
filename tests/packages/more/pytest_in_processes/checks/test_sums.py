from .comparing import same


def test_sum():
    assert sum([1, 2]) == 4


def test_helper():
    same({"a": 1}, {"a": 2})


def test_plugin(few):
    few([1, 2, 3])


def test_right(few):
    few([1])
