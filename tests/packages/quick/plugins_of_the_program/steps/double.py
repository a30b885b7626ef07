def run(number):
    return number * 2
