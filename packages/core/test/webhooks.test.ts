import { InvalidInputError } from "@oomol/connect-core";
import {
  createWebhookSecret,
  signWebhook,
  verifyWebhook,
  WebhookVerificationError,
} from "@oomol/connect-core/webhooks";
import fc from "fast-check";
import { Webhook } from "standardwebhooks";
import { describe, expect, test } from "vitest";

const secret = createWebhookSecret();
const body = JSON.stringify({ type: "task.completed", timestamp: "2026-01-01T00:00:00.000Z", data: {} });

async function requestOf(headers: Record<string, string>, text: string = body): Promise<Request> {
  return new Request("https://app.test/webhooks", { method: "POST", headers, body: text });
}

async function faultOf(verifying: Promise<unknown>): Promise<string> {
  const failure = await verifying.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (failure instanceof WebhookVerificationError) return failure.fault;
  throw failure ?? new Error("it was taken");
}

describe("beside the package standardwebhooks", () => {
  test("what ours signs, theirs takes, for any text and any secret", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.json(),
        fc.uint8Array({ minLength: 24, maxLength: 64 }),
        fc.stringMatching(/^[A-Za-z0-9_-]{1,40}$/),
        async (text, key, id) => {
          const own = `whsec_${Buffer.from(key).toString("base64")}`;
          const headers = await signWebhook(own, { id, body: text });
          expect(new Webhook(own).verify(text, headers)).toEqual(JSON.parse(text));
        },
      ),
    );
  });

  test("what theirs signs, ours takes", async () => {
    await fc.assert(
      fc.asyncProperty(fc.json(), fc.uint8Array({ minLength: 24, maxLength: 64 }), async (text, key) => {
        const own = `whsec_${Buffer.from(key).toString("base64")}`;
        const sentAt = new Date();
        const headers = {
          "webhook-id": "msg_1",
          "webhook-timestamp": String(Math.floor(sentAt.getTime() / 1_000)),
          "webhook-signature": new Webhook(own).sign("msg_1", sentAt, text),
        };
        const verified = await verifyWebhook(await requestOf(headers, text), own);
        expect(verified).toMatchObject({ id: "msg_1", event: JSON.parse(text) });
      }),
    );
  });

  test("the example of the specification's package", async () => {
    // From its own tests: https://github.com/standard-webhooks/standard-webhooks.
    const known = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const id = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    const sentAt = new Date(1_614_265_330_000);
    const headers = await signWebhook(known, { id, sentAt, body: '{"test": 2432232314}' });
    expect(headers["webhook-signature"]).toBe("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
  });

  test("of several signatures one is enough, for both", async () => {
    const old = createWebhookSecret();
    const headers = await signWebhook([secret, old], { id: "msg_1", body });
    for (const one of [secret, old]) {
      expect(new Webhook(one).verify(body, headers)).toEqual(JSON.parse(body));
      expect(await verifyWebhook(await requestOf(headers), one)).toMatchObject({ id: "msg_1" });
    }
  });
});

test("an event comes with the id of its delivery and the time of this attempt", async () => {
  const headers = await signWebhook(secret, { id: "msg_7", sentAt: new Date(1_700_000_000_999), body });
  const now = () => 1_700_000_010_000;
  const { id, sentAt, event } = await verifyWebhook(await requestOf(headers), secret, { now });
  expect({ id, sentAt, event }).toEqual({
    id: "msg_7",
    sentAt: new Date(1_700_000_000_000),
    event: JSON.parse(body),
  });
});

test("headers and body may come in parts, as other frameworks have them", async () => {
  const headers = await signWebhook(secret, { id: "msg_1", body });
  const capitals = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toUpperCase(), value]),
  );
  for (const received of [
    { headers, body },
    { headers: capitals, body: new TextEncoder().encode(body) },
    { headers: new Headers(headers), body: Buffer.from(body) },
  ]) {
    expect(await verifyWebhook(received, secret)).toMatchObject({ event: { type: "task.completed" } });
  }
});

test("any of several secrets counts, and unknown versions of signatures are passed over", async () => {
  const headers = await signWebhook(secret, { id: "msg_1", body });
  headers["webhook-signature"] = `v1a,AAAA v2,${btoa("x")} v1,%%% ${headers["webhook-signature"]}`;
  const verified = await verifyWebhook(await requestOf(headers), [createWebhookSecret(), secret]);
  expect(verified.id).toBe("msg_1");
});

describe("is refused", () => {
  test.each(["webhook-id", "webhook-timestamp", "webhook-signature"])("one without %s", async (name) => {
    const { [name as "webhook-id"]: _, ...others } = await signWebhook(secret, { id: "msg_1", body });
    expect(await faultOf(verifyWebhook({ headers: others, body }, secret))).toBe("missing-header");
    expect(await faultOf(verifyWebhook(await requestOf(others), secret))).toBe("missing-header");
  });

  test.each([
    ["too-old", 300_001, 300_000],
    ["too-new", -300_001, -300_000],
  ])("one that is %s", async (fault, ageMs, takenMs) => {
    const sentAt = new Date(1_700_000_000_000);
    const headers = await signWebhook(secret, { id: "msg_1", sentAt, body });
    const verifyAt = async (age: number) =>
      verifyWebhook(await requestOf(headers), secret, { now: () => sentAt.getTime() + age });
    expect(await faultOf(verifyAt(ageMs))).toBe(fault);
    expect(await verifyAt(takenMs)).toMatchObject({ id: "msg_1" });
  });

  test.each(["", "x", "-1", "1e9", "1700000000.5", "9".repeat(13)])(
    "a time such as %j",
    async (timestamp) => {
      const headers = {
        ...(await signWebhook(secret, { id: "msg_1", body })),
        "webhook-timestamp": timestamp,
      };
      const fault = await faultOf(verifyWebhook({ headers, body }, secret));
      expect(fault).toBe(timestamp === "" ? "missing-header" : "invalid-header");
    },
  );

  test("one whose body, id, time or signature is another", async () => {
    const headers = await signWebhook(secret, { id: "msg_1", body });
    const later = String(Number(headers["webhook-timestamp"]) + 1);
    const signature = headers["webhook-signature"];
    const flipped = signature.replace(/.(?=.{4}$)/, (one) => (one === "A" ? "B" : "A"));
    const others = [
      { headers, body: `${body} ` },
      { headers: { ...headers, "webhook-id": "msg_2" }, body },
      { headers: { ...headers, "webhook-timestamp": later }, body },
      { headers: { ...headers, "webhook-signature": flipped }, body },
      { headers: { ...headers, "webhook-signature": "v1," }, body },
      { headers: { ...headers, "webhook-signature": signature.slice(3) }, body },
      { headers: { ...headers, "webhook-signature": signature.slice(0, -6) }, body },
    ];
    for (const other of others) expect(await faultOf(verifyWebhook(other, secret))).toBe("wrong-signature");
    expect(await faultOf(verifyWebhook({ headers, body }, createWebhookSecret()))).toBe("wrong-signature");
  });

  test("one that is larger than it may be, before all of it is read", async () => {
    let given = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        given += 1;
        controller.enqueue(new Uint8Array(1_000));
      },
    });
    const headers = await signWebhook(secret, { id: "msg_1", body });
    const init = { method: "POST", headers, body: endless, duplex: "half" } as RequestInit;
    const request = new Request("https://app.test/", init);
    expect(await faultOf(verifyWebhook(request, secret, { maxBytes: 10_000 }))).toBe("too-large");
    expect(given).toBeLessThan(20);
    expect(await faultOf(verifyWebhook({ headers, body }, secret, { maxBytes: 10 }))).toBe("too-large");
  });

  test("one that was read before, and one that is no JSON", async () => {
    const request = await requestOf(await signWebhook(secret, { id: "msg_1", body }));
    await request.text();
    expect(await faultOf(verifyWebhook(request, secret))).toBe("invalid-body");
    const headers = await signWebhook(secret, { id: "msg_1", body: "x" });
    expect(await faultOf(verifyWebhook(await requestOf(headers, "x"), secret))).toBe("invalid-body");
  });
});

test.each([undefined, "", [], "whsec_", "whsec_%%%", `whsec_${btoa("short")}`, btoa("a".repeat(32)), 7])(
  "a secret such as %j is the caller's mistake, and is not shown",
  async (wrong) => {
    const headers = await signWebhook(secret, { id: "msg_1", body });
    const verifying = verifyWebhook({ headers, body }, wrong as string);
    await expect(verifying).rejects.toThrow(InvalidInputError);
    if (typeof wrong === "string" && wrong.length > 10) {
      await expect(verifying).rejects.not.toThrow(wrong);
      await expect(verifying).rejects.not.toThrow(wrong.slice(6));
    }
  },
);

test("an id with a full stop is not signed: the signed text has them between its parts", async () => {
  await expect(signWebhook(secret, { id: "msg.1", body })).rejects.toThrow(InvalidInputError);
});

test("control: a new secret is another one, of 32 bytes", () => {
  expect(createWebhookSecret()).not.toBe(secret);
  expect(Buffer.from(secret.slice(6), "base64")).toHaveLength(32);
});
