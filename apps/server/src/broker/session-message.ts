/** A message of a process of a session, as far as every one is alike. */
export type SessionMessage = { type: string; session_id: string; [field: string]: unknown };
