"""The steps of the README of oomol-connect-sdk against the server of the first argument; prints what came as JSON."""

import asyncio
import json
import sys

from oomol_connect_sdk import ApiError, InstallFailedError, OomolConnectClient, TaskFailedError


async def main(base_url: str, letter: str) -> dict:
    seen: dict = {"progress": [], "logs": []}
    options = {"base_url": base_url, "api_token": "your-api-token"}
    async with OomolConnectClient(options) as client:
        blocks = await client.blocks.list()
        seen["blocks"] = sorted({f"{block['package']}::{block['name']}" for block in blocks["blocks"]})
        seen["versions"] = {block["package"]: block["version"] for block in blocks["blocks"]}
        polling = {
            "interval_ms": 100,
            "on_progress": lambda task: seen["progress"].append(task["status"]),
            "on_log": lambda log: seen["logs"].append(log["type"]),
        }
        request = {"blockId": "lab::shout", "inputValues": {"text": "hello"}}
        seen["run"] = await client.tasks.run(request, polling)
        with open(letter, "rb") as file:
            try:
                await client.tasks.create_with_files("lab::one-file", {}, file)
            except ApiError as error:
                seen["upload"] = [error.status, str(error)]
        try:
            await client.tasks.run({"blockId": "lab::fail", "inputValues": {}}, {"interval_ms": 100})
        except TaskFailedError as error:
            seen["failed"] = error.task["status"]
        try:
            await client.tasks.get("nothing")
        except ApiError as error:
            seen["unknown"] = [error.status, str(error)]
        hanging = await client.tasks.create({"blockId": "lab::hang", "inputValues": {}})
        seen["stopped"] = (await client.tasks.stop(hanging["task"]["id"]))["task"]["status"]
        seen["listed"] = hanging["task"]["id"] in [task["id"] for task in (await client.tasks.list())["tasks"]]
        installed = await client.packages.install_and_wait("said", "1.2.0", {"interval_ms": 100})
        seen["installed"] = [installed["name"], installed["version"], installed["packagePath"]]
        try:
            await client.packages.install_and_wait("said", "9.9.9", {"interval_ms": 100})
        except InstallFailedError as error:
            seen["refused"] = str(error)
        seen["packages"] = [package["name"] for package in (await client.packages.list())["packages"]]
    return seen


print(json.dumps(asyncio.run(main(*sys.argv[1:]))))
