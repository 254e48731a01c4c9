from oocana import Context


async def main(params: dict, context: Context):
    """Runs another block and tells what it gave."""
    outputs = {}
    job = context.run_block(params["block"], inputs=params["given"])
    job.add_output_callback(outputs.update)
    await job.finish()
    return {"outputs": outputs}
