// What requests about a stream of many tasks may say (connect-api 6.10): the same for clients, proxies and servers.

/** The ids of tasks that they may name. */
export const sharedTaskId = /^[\w.~:@=-]{1,200}$/;

/** The id of the stream, which the client makes up, and nobody else is to guess. */
export const sharedStreamId = /^[\w-]{16,64}$/;

/** So many tasks one stream carries. */
export const mostSharedTasks = 4_096;

/** What somebody is told whose id of a stream is none. */
export const refusedStreamId = "The id of a stream has 16 to 64 letters, digits, hyphens and underscores.";

/** What somebody is told whose change of a stream cannot be read. */
export const refusedStreamChange = `A stream takes { "tasks": { "TASK": LAST_LOG_OR_-1 }, "leave": ["TASK"] }, at most ${mostSharedTasks} tasks.`;
