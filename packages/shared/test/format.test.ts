import { formatAge } from "@oomol/connect-shared/format-age";
import { formatBytes } from "@oomol/connect-shared/format-bytes";
import { expect, test } from "vitest";

test.each([
  [0, "0 B"],
  [999, "999 B"],
  [1_500, "1.5 kB"],
  [123_456, "123 kB"],
  [2_000_000_000_000_000, "2000 TB"],
])("%d bytes are %s", (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});

test.each([
  [-5, "0 sec", "0秒"],
  [59_999, "59 sec", "59秒"],
  [60_000, "1 min", "1分钟"],
  [7_199_000, "1 hr", "1小时"],
  [200_000_000, "2 days", "2天"],
])("%d ms are %s, and in Chinese %s", (ms, english, chinese) => {
  expect([formatAge(ms, "en"), formatAge(ms, "zh")]).toEqual([english, chinese]);
});
