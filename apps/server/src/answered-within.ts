/** What is answered in time, or nothing. A signal with a timeout of its own would outlive each of thousands of answers. */
export async function answeredWithin<Answer>(
  ms: number,
  answer: Promise<Answer>,
): Promise<Answer | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, ms, undefined);
  });
  return Promise.race([answer, late]).finally(() => clearTimeout(timer));
}
