import never_loads


def main(params, context):
    return {"seen": never_loads.__name__}
