"""What the modules and the program meet at."""

import threading

reached = threading.Event()
opened = threading.Event()
both = threading.Barrier(2)
attempts = 0
