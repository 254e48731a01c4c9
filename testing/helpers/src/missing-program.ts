/**
 * A test needs what this machine neither has nor may install. The message is one line: what needs it, and how it is installed.
 * The test runner skips a test that ends with this error, and says so; under `CI=true` the test fails.
 */
export class MissingProgram extends Error {
  override readonly name = "MissingProgram";
}
