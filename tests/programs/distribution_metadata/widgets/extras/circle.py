class Circle:
    corners = 0
