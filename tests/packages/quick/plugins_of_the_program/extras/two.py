def second():
    return "second"
