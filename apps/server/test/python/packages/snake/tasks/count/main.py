from oocana import Context


def main(params: dict, context: Context):
    """Gives integers that a double cannot hold."""
    context.output("id", 2**53 + 1)
    return {"ids": [1, 2**63]}
