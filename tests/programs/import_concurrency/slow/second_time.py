import gate

gate.attempts += 1
if gate.attempts == 1:
    raise RuntimeError("the first attempt")
ATTEMPT = gate.attempts
