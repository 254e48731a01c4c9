/** Asks once for what many ask in the same turn of the event loop. */
export function onceATurn<Answer>(ask: (key: string) => Answer): (key: string) => Answer {
  const answers = new Map<string, Answer>();
  return (key) => {
    if (answers.size === 0) setImmediate(() => answers.clear());
    const known = answers.get(key);
    if (known !== undefined) return known;
    const answer = ask(key);
    answers.set(key, answer);
    return answer;
  };
}
