import type pg from "pg";
import { pino } from "pino";
import { openPostgres, type Postgres } from "../src/cluster/postgres.ts";

/** One node of a plan, as `EXPLAIN (FORMAT JSON)` writes it. */
interface PlanNode {
  "Node Type": string;
  "Plan Rows": number;
  "Relation Name"?: string;
  "Index Name"?: string;
  Operation?: string;
  Plans?: PlanNode[];
}

/** How the database went about one statement. */
export interface StatementPlan {
  /** What it changes, or `Select`: with the names of the tables. */
  statement: string;
  /** Each table or index that it reads, with the rows that the planner expects of it. */
  scans: string;
}

const settings = [
  "session_preload_libraries=auto_explain",
  "auto_explain.log_min_duration=0",
  "auto_explain.log_format=json",
  "auto_explain.log_level=notice",
];

/**
 * Connections whose statements arrive in `plans` with the plan that they were run by: by PostgreSQL's own `auto_explain`, so
 * that nothing is explained but what the server sends, with the values that it sends. Needs a superuser.
 */
export function openExplained(url: string, maxConnections: number): Postgres & { plans: StatementPlan[] } {
  const address = new URL(url);
  address.searchParams.set("options", settings.map((one) => `-c ${one}`).join(" "));
  const postgres = openPostgres(address.href, maxConnections, pino({ enabled: false }));
  const plans: StatementPlan[] = [];
  const watch = (pool: pg.Pool) =>
    pool.on("connect", (client) => {
      client.on("notice", ({ message = "" }) => {
        const [, json] = /^duration: [\s\S]*?plan:\n([\s\S]*)$/.exec(message) ?? [];
        if (json === undefined) return;
        // Cast: the shape that PostgreSQL documents.
        const { Plan: plan } = JSON.parse(json) as { Plan: PlanNode };
        const described = describe(plan);
        if (described.scans !== "") plans.push(described);
      });
    });
  watch(postgres.pool);
  return { ...postgres, openPool: (max) => watch(postgres.openPool(max)), plans };
}

function describe(plan: PlanNode): StatementPlan {
  const changes = nodesOf(plan).flatMap((node) =>
    node.Operation === undefined ? [] : [`${node.Operation} ${node["Relation Name"]}`],
  );
  const scans = scansOf(plan, Number.POSITIVE_INFINITY);
  const tables = [...new Set(nodesOf(plan).flatMap((node) => node["Relation Name"] ?? []))];
  const statement = changes.length > 0 ? changes.join(", ") : `Select ${tables.join(", ")}`;
  return { statement, scans: (changes.length > 0 && scans.length === 0 ? ["no scan"] : scans).join("; ") };
}

function nodesOf(plan: PlanNode): PlanNode[] {
  return [plan, ...(plan.Plans ?? []).flatMap(nodesOf)];
}

/** Of a node under a limit no more rows are read than that, where nothing between them needs all. */
function scansOf(plan: PlanNode, mostRows: number): string[] {
  const type = plan["Node Type"];
  const name = plan["Index Name"] ?? plan["Relation Name"];
  const rows = Math.min(plan["Plan Rows"], mostRows);
  const isScan = / Scan$/.test(type) && type !== "Bitmap Heap Scan" && name !== undefined;
  const own = isScan ? [`${type} ${name}: ${rows}`] : [];
  const streams = /^(Limit|LockRows|Nested Loop|Subquery Scan)$/.test(type);
  return [
    ...own,
    ...(plan.Plans ?? []).flatMap((child) => scansOf(child, streams ? rows : Number.POSITIVE_INFINITY)),
  ];
}
