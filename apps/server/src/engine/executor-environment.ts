// What programs need to run at all, find their files and speak the user's language.
const basicVariables = [
  ...["PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LANGUAGE", "TZ", "TMPDIR", "TMP", "TEMP"],
  ...["XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_RUNTIME_DIR"],
  ...[
    "SystemRoot",
    "SYSTEMROOT",
    "ComSpec",
    "PATHEXT",
    "APPDATA",
    "LOCALAPPDATA",
    "USERPROFILE",
    "ProgramFiles",
  ],
  "OO_HOST_ENDPOINT",
];

/**
 * The environment of an executor: basics, `OOMOL_…`, what the operator retains, and the engine's own two variables.
 * Tokens of this server and of its clients are never in it.
 */
export function executorEnvironment(
  environment: NodeJS.ProcessEnv,
  packageDataDirectory: string,
  retained: readonly string[] = [],
): NodeJS.ProcessEnv {
  const isAllowed = (name: string) =>
    !name.startsWith("OOMOL_CONNECT_") &&
    (basicVariables.includes(name) ||
      retained.includes(name) ||
      name.startsWith("LC_") ||
      name.startsWith("OOMOL_"));
  const allowed = Object.entries(environment).filter(([name]) => isAllowed(name));
  return { ...Object.fromEntries(allowed), IS_FORKED: "1", OOCANA_PKG_DIR: packageDataDirectory };
}
