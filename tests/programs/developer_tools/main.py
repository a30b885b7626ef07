"""Uses the tools for developers that the standard library has, on itself."""

import ast
import asyncio
import code
import codeop
import contextlib
import cProfile
import dis
import doctest
import faulthandler
import gc
import io
import logging
import os
import pdb
import pstats
import pydoc
import site
import sys
import sysconfig
import tempfile
import timeit
import trace
import tracemalloc
import unittest
import warnings

import subject


def captured(action) -> list[str]:
    with contextlib.redirect_stdout(io.StringIO()) as output, contextlib.redirect_stderr(output):
        action()
    return output.getvalue().splitlines()


output = captured(lambda: print(doctest.testmod(subject)))
print("doctest", [line for line in output if "File" not in line])


def run_under(debugger: pdb.Pdb) -> None:
    debugger.stdout = sys.stdout
    debugger.runcall(subject.double, 3)


loader = unittest.TestLoader()
for found in (loader.loadTestsFromModule(subject), loader.loadTestsFromName("subject.DoubleTest.test_number")):
    result = unittest.TextTestRunner(stream=io.StringIO()).run(found)
    print("unittest", result.testsRun, len(result.failures), len(result.skipped), result.wasSuccessful())
    print("unittest", [text.splitlines()[-1] for _, text in result.failures])
print("discovered", loader.discover(os.path.dirname(__file__), pattern="subject.py").countTestCases())

print("pydoc", [line for line in pydoc.plain(pydoc.render_doc(subject.double)).splitlines() if line])
print("pydoc", pydoc.locate("subject.double") is subject.double, pydoc.locate("json.decoder.JSONDecoder").__name__)
print("dis", captured(lambda: dis.dis(subject.double))[-1].split()[-1], dis.code_info(subject.double).splitlines()[0])
print("ast", [type(node).__name__ for node in ast.parse("x = 1\nimport os").body])
print("codeop", codeop.compile_command("if True:"), type(codeop.compile_command("1")).__name__)
exec(compile("def made():\n    return made.__code__.co_filename", "<made>", "exec"))
print("compiled", made(), timeit.timeit("pass", number=1) >= 0)

tracer = trace.Trace(count=True, trace=False)
tracer.runfunc(subject.double, 3)
counts = tracer.results().counts
print("trace", sorted((os.path.basename(file), line) for file, line in counts if file == subject.__file__))
profile = cProfile.Profile()
profile.runcall(subject.double, 3)
names = [(os.path.basename(file), name) for file, _, name in pstats.Stats(profile, stream=io.StringIO()).stats]
print("profile", sorted(name for name in names if name[0] == "subject.py"))
commands = io.StringIO("p 6 * 7\nc\n")
debugger = pdb.Pdb(stdin=commands, nosigint=True, readrc=False)
debugger.use_rawinput = False
print("pdb", [line for line in captured(lambda: run_under(debugger)) if line.endswith("42")])

tracemalloc.start()
kept = [bytes(1000) for _ in range(100)]
traces = tracemalloc.take_snapshot().filter_traces([tracemalloc.Filter(True, __file__)]).statistics("filename")
print("tracemalloc", [(os.path.basename(found.traceback[0].filename), found.size > 100_000) for found in traces])
tracemalloc.stop()

phases = []
gc.callbacks.append(lambda phase, info: phases.append((phase, info["generation"])))
gc.collect()
gc.callbacks.clear()
print("gc", phases[:2], gc.isenabled(), gc.get_threshold(), gc.garbage, len(gc.get_stats()))

with tempfile.TemporaryFile("w+") as file:
    faulthandler.enable(file)
    faulthandler.dump_traceback(file, all_threads=False)
    file.seek(0)
    print("faulthandler", [line.split(" in ")[-1].strip() for line in file], faulthandler.is_enabled())
    faulthandler.disable()


async def forget() -> None:
    async def never_awaited() -> None:
        pass

    never_awaited()
    gc.collect()


with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    logging.disable()
    asyncio.run(forget(), debug=True)
    logging.disable(logging.NOTSET)
print("asyncio", [str(found.message).splitlines()[0] for found in caught if found.category is RuntimeWarning])

# Where plain Python has its folders is its own affair; a packed program answers all the same.
paths = sysconfig.get_paths()
print("sysconfig", sorted(paths), all(os.path.isabs(path) for path in paths.values()))
print("sysconfig", sysconfig.get_python_version(), sysconfig.get_platform(), sysconfig.get_scheme_names()[:1] != ())
print("sysconfig", sysconfig.get_config_var("py_version_short"), sysconfig.get_config_var("no such variable"))
print("suffix", sysconfig.get_config_var("EXT_SUFFIX"), sysconfig.get_config_var("SOABI"))
print("site", type(site.getsitepackages()).__name__, all(os.path.isabs(path) for path in site.getsitepackages()))
print("site", type(site.getusersitepackages()).__name__, callable(site.addsitedir))

sys.ps1 = ""
sys.ps2 = ""
code.interact("banner", local={"name": "value"}, exitmsg="end of the session")
