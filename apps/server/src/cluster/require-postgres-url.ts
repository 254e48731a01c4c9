/** Throws if an address is none of a PostgreSQL. What it says never shows the address, which may hold a password. */
export function requirePostgresUrl(url: string): void {
  const rest = /^postgres(?:ql)?:\/\/(.*)$/is.exec(url)?.[1];
  if (rest !== undefined && !isEncoded(rest)) throw new Error(encodingAdvice);
  if (rest === undefined || !URL.canParse(url))
    throw new Error("The database must be an address like postgres://user@host:5432/name.");
}

/** What is not may still be an address, but of another host, or with another password. */
function isEncoded(rest: string): boolean {
  const [authority = "", ...others] = rest.split(/[/?#]/);
  return (
    !rest.includes("#") && !others.some((part) => part.includes("@")) && authority.split("@").length <= 2
  );
}

const encodingAdvice =
  'The address of the database has a "@", "/", "?" or "#" that is a part of its user or password: write "@" as %40, "/" as %2F, "?" as %3F, "#" as %23 and "%" as %25. Or leave the password out, and put it into PGPASSWORD or into the file that PGPASSFILE names.';
