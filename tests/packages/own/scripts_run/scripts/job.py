import shlex
VALUE = shlex.split("a 'b c'")
