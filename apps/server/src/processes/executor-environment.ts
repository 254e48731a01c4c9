// What programs need to run at all, find their files and speak the user's language.
const basicVariables = [
  ...["PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LANGUAGE", "TZ", "TMPDIR", "TMP", "TEMP"],
  ...["XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_RUNTIME_DIR"],
  ...["SYSTEMROOT", "SYSTEMDRIVE", "WINDIR", "COMSPEC", "PATHEXT", "APPDATA", "LOCALAPPDATA", "PROGRAMDATA"],
  ...["USERPROFILE", "HOMEDRIVE", "HOMEPATH", "USERNAME", "PROGRAMFILES", "PROGRAMFILES(X86)"],
  ...["NUMBER_OF_PROCESSORS", "PROCESSOR_ARCHITECTURE"],
  "OO_HOST_ENDPOINT",
];

/**
 * The environment of an executor: basics, `OOMOL_…`, what the operator retains, and the engine's own two variables.
 * Tokens of this server and of its clients are never in it. Windows tells no case of names: its `Path` is the `PATH`.
 */
export function executorEnvironment(
  environment: NodeJS.ProcessEnv,
  packageDataDirectory: string,
  retained: readonly string[] = [],
  platform: NodeJS.Platform = process.platform,
): NodeJS.ProcessEnv {
  const comparable = (name: string) => (platform === "win32" ? name.toUpperCase() : name);
  const named = new Set([...basicVariables, ...retained].map(comparable));
  const isAllowed = (name: string) =>
    !name.startsWith("OOMOL_CONNECT_") &&
    (named.has(name) || name.startsWith("LC_") || name.startsWith("OOMOL_"));
  const allowed = Object.entries(environment).filter(([name]) => isAllowed(comparable(name)));
  return { ...Object.fromEntries(allowed), IS_FORKED: "1", OOCANA_PKG_DIR: packageDataDirectory };
}
