import { describe, expect, test } from "vitest";
import { allowedAddresses } from "../src/webhooks/allowed-addresses.ts";
import { whyNotTo } from "../src/webhooks/check-url.ts";

const noneMore = allowedAddresses([]);

describe("is not sent to", () => {
  test.each([
    "0.0.0.0",
    "0.1.2.3",
    "10.0.0.1",
    "100.64.0.1",
    "100.100.100.200",
    "127.0.0.1",
    "127.255.255.254",
    "168.63.129.16",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.192",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::8.8.8.8",
    "::ffff:127.0.0.1",
    "::ffff:a00:1",
    "::ffff:0:127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b:1::7f00:1",
    "100::1",
    "2001::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
    "",
    "localhost",
    "1.2.3",
  ])("%s", (address) => {
    expect(noneMore.has(address)).toBe(false);
  });
});

test.each(["8.8.8.8", "1.1.1.1", "100.63.255.255", "172.32.0.1", "2606:4700:4700::1111", "::ffff:8.8.8.8"])(
  "may be sent to the public address %s",
  (address) => {
    expect(noneMore.has(address)).toBe(true);
  },
);

test("what the operator allows is allowed, and nothing beside it", () => {
  const some = allowedAddresses(["10.1.0.0/16", "127.0.0.1", "fd00::/8"]);
  const told = ["10.1.2.3", "::ffff:10.1.2.3", "127.0.0.1", "fd12::1", "10.2.0.1", "127.0.0.2", "::1"];
  expect(told.filter((address) => some.has(address))).toEqual(told.slice(0, 4));
});

test.each(["nonsense", "10.0.0.0/33", "10.0.0.0/", "example.com"])("the range %j is none", (range) => {
  expect(() => allowedAddresses([range])).toThrow(`not to "${range}"`);
});

test.each([
  ["http://2130706433/", "127.0.0.1"],
  ["http://0177.0.0.1/", "127.0.0.1"],
  ["http://127.1/", "127.0.0.1"],
  ["https://[::1]:8443/", "::1"],
  ["https://[::ffff:10.0.0.1]/", "::ffff:a00:1"],
  ["http://①②⑦.0.0.1/", "127.0.0.1"],
])("%s is seen for what it is", (url, address) => {
  expect(whyNotTo(url, noneMore)).toContain(`${address} is no public address`);
});
