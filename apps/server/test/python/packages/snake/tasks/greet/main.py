import os
import subprocess

from oocana import Context


def main(params: dict, context: Context):
    """Uses what blocks use most, and keeps a file."""
    print("greeting", params["name"])
    subprocess.run(["echo", "from a child"], check=True)
    context.report_log("to stderr", "stderr")
    context.report_progress(50)
    context.preview({"type": "text", "data": params["name"]})
    with open(os.path.join(context.session_dir, "greeting.txt"), "w") as file:
        file.write("Hello, " + params["name"])
    letter = None
    if params["letter"]:
        with open(params["letter"]) as file:
            letter = file.read()
    return {"greeting": "Hello, " + params["name"], "letter": letter}
