import pytest


@pytest.fixture
def few():
    def check(values):
        assert len(values) < 3

    return check
