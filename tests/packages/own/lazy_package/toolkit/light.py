class Light: x = 1
