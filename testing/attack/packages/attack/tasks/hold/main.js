/** Until it is stopped. */
export default async function (_inputs, context) {
  await context.reportLog("holding");
  await new Promise((resolve) => setTimeout(resolve, 600_000));
}
