import { pino } from "pino";
import { expect, test } from "vitest";
import { openPostgres } from "../../src/cluster/postgres.ts";
import { createWorkerRegistry, mostListeners } from "../../src/cluster/worker-registry.ts";
import { createPackageCatalog } from "../../src/packages/package-catalog.ts";
import { fixturePackages } from "../open-test-server.ts";
import { makeTestDatabase } from "./test-database.ts";

const log = pino({ enabled: false });

test("of many workers with the same packages few listen, and another one does when one of them leaves", async () => {
  await using database = await makeTestDatabase();
  const postgres = openPostgres(database.url, 5, log);
  const catalog = createPackageCatalog([fixturePackages], log);
  const others = createPackageCatalog([`${fixturePackages}/lab`], log);
  const workers = Array.from({ length: mostListeners + 3 }, () =>
    createWorkerRegistry(postgres, catalog, 1, log),
  );
  const beatAll = () => Promise.all(workers.map((worker) => worker.beat()));
  const listening = async () => (await beatAll()).map(({ isListener }) => isListener);
  try {
    await beatAll();
    const first = await listening();
    expect(first.filter(Boolean)).toHaveLength(mostListeners);
    // Those with other packages are counted for themselves.
    expect(await createWorkerRegistry(postgres, others, 1, log).beat()).toMatchObject({ isListener: true });
    const [leaving] = workers.splice(first.indexOf(true), 1);
    await leaving?.leave();
    expect((await listening()).filter(Boolean)).toHaveLength(mostListeners);
  } finally {
    await postgres.database.destroy();
  }
});
