"""Runs tests that the program writes."""

import contextlib
import io
import re
import tempfile
from pathlib import Path

import pytest

with tempfile.TemporaryDirectory() as folder:
    Path(folder, "test_sums.py").write_text(
        "import pytest\n\n@pytest.mark.parametrize('a', [1, 2])\ndef test_one(a, tmp_path, capsys, monkeypatch):\n"
        "    print(a)\n    assert capsys.readouterr().out == f'{a}\\n'\n\n\ndef test_two():\n    value = [1, 2, 3]\n    assert value == [1, 2, 4]\n"
    )
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        status = pytest.main(["-q", "-p", "no:cacheprovider", "--rootdir", folder, "-c", "/dev/null", folder])
print(int(status), re.findall(r"\d+ (?:passed|failed)", output.getvalue()), "assert [1, 2, 3] == [1, 2, 4]" in output.getvalue())
