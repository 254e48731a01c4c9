def main(params: dict):
    """Fails in a function of its own."""
    divide(1, 0)


def divide(number, by):
    return number / by
