# Prints what decides whether this interpreter can be packed. It is run by whatever `python3` is on PATH, so it uses
# nothing that is newer than the oldest version worth a clear answer.
import json
import os
import sys
import sysconfig

# A static build names `libpython3.X.a` here. The folder of the configuration is the one at build time, which an
# interpreter that was moved since no longer has; such a one keeps its library below its prefix.
library = sysconfig.get_config_var("INSTSONAME") or ""
folders = [sysconfig.get_config_var("LIBDIR") or "", os.path.join(sys.base_prefix, "lib")]
print(
    json.dumps(
        {
            "executable": sys.executable,
            "base_executable": getattr(sys, "_base_executable", None) or sys.executable,
            "implementation": sys.implementation.name,
            "version": list(sys.version_info[:3]),
            "has_shared_library": ".so" in library
            and any(os.path.isfile(os.path.join(folder, library)) for folder in folders),
        }
    )
)
