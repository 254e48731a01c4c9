import type { AttackKind } from "../attack-kind.ts";
import { blockMessages } from "./block-messages.ts";
import { broker } from "./broker.ts";
import { control } from "./control.ts";
import { depth, sizes } from "./json.ts";
import { names } from "./names.ts";
import { paths } from "./paths.ts";
import { patterns } from "./patterns.ts";
import { pipelined } from "./pipelined.ts";
import { rawHttp } from "./raw-http.ts";
import { roles } from "./roles.ts";
import { halfSent, silentReaders } from "./slow-clients.ts";
import { tokens } from "./tokens.ts";

/** What costs most comes last: what is at rest before it is still small. */
export const kinds: readonly AttackKind[] = [
  ...[control, tokens, roles, paths, rawHttp, pipelined, names, depth, patterns, sizes, broker],
  ...[blockMessages, silentReaders, halfSent],
];
