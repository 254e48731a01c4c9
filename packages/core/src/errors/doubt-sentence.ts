/** Added to the message if a creation got no answer. */
export const doubtSentence = " What the request creates may exist: check before you send it again.";
