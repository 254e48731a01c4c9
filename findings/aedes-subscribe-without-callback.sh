#!/usr/bin/env bash
# aedes 1.2.0: the types make the callback of `client.subscribe(subscription, callback?)` optional, as MQTT clients have it; without
# one the subscription is made, and then an uncaught TypeError ends the process. Who subscribes a client from the server's side
# must give a callback.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y > /dev/null
npm install --loglevel=error --no-audit --no-fund aedes@1.2.0 mqtt@5.16.0 > /dev/null

cat > subscribe.mjs <<'JS'
import { createServer } from "node:net";
import { Aedes } from "aedes";
import mqtt from "mqtt";

const broker = await Aedes.createBroker();
const server = createServer(broker.handle).listen(0, "127.0.0.1");
broker.on("client", (client) => {
  client.subscribe({ topic: "news", qos: 1 }, ...(process.argv[2] === "with" ? [() => undefined] : []));
});
process.on("uncaughtException", (error) => {
  console.log(`uncaught ${error.name}: ${error.message}`);
  process.exit(0);
});
await new Promise((resolve) => server.once("listening", resolve));
const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${server.address().port}`);
client.on("message", (topic, payload) => {
  console.log(`heard ${topic}: ${payload}`);
  process.exit(0);
});
broker.once("subscribe", () => {
  broker.publish({ cmd: "publish", topic: "news", payload: "hello", qos: 1, retain: false, dup: false }, () => undefined);
});
JS

grep -A4 "subscribe(" node_modules/aedes/types/client.d.ts | head -9
with=$(node subscribe.mjs with)
without=$(node subscribe.mjs without)
echo "with a callback:    $with"
echo "without a callback: $without"
[ "$with" = "heard news: hello" ]
[ "$without" = "uncaught TypeError: fn is not a function" ]
# Seen on 2026-11-28, Node.js 20.20.2:
#   with a callback:    heard news: hello
#   without a callback: uncaught TypeError: fn is not a function
