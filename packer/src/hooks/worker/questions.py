# Questions to rpack. The worker puts the function in.
ask = None
# What is configured for hooks: for each package that defines something, a dictionary.
configuration = {}
