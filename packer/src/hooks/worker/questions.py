# Questions to rpack. The worker puts the function in.
ask = None
