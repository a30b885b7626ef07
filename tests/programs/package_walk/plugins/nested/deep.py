VALUE = "deep value"
