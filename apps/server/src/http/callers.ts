/** What a token may be used for; `admin` holds the others. */
export const roles = ["run", "install", "admin"] as const;

export type Role = (typeof roles)[number];

/** A token with the name of who has it: tasks are those of the name, whichever of its tokens made them. */
export interface NamedToken {
  token: string;
  name: string;
  roles: readonly Role[];
}

/** A token that a server knows. One without a name is a caller of its own, who may do everything. */
export type KnownToken = string | NamedToken;

/** Who sent a request, and what he may do. */
export interface Caller {
  /** Tells callers apart, in the store and among processes, without what they call with. */
  id: string;
  /** For messages; callers without a token or a name have none. */
  name: string | undefined;
  roles: readonly Role[];
}

/** What routes know of a request. */
export interface CallerEnv {
  Variables: { caller: Caller };
}

export const hasRole = (caller: Caller, role: Role): boolean =>
  caller.roles.includes(role) || caller.roles.includes("admin");

/** Whose tasks a caller may see: `undefined` for everyone's. */
export const ownerSeenBy = (caller: Caller): string | undefined =>
  hasRole(caller, "admin") ? undefined : caller.id;
