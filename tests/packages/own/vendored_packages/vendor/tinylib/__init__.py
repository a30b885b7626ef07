NAME = "tiny"
