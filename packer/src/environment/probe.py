# Prints what decides whether this interpreter can be packed. It is run by whatever `python3` is on PATH, so it uses
# nothing that is newer than the oldest version worth a clear answer.
import json
import sys

print(
    json.dumps(
        {
            "executable": sys.executable,
            "base_executable": getattr(sys, "_base_executable", None) or sys.executable,
            "implementation": sys.implementation.name,
            "version": list(sys.version_info[:3]),
            "is_free_threaded": "t" in getattr(sys, "abiflags", ""),
        }
    )
)
