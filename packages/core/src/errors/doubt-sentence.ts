/** Said of a creation without an answer. */
export const doubtSentence = " What the request creates may exist: look before you send it again.";
