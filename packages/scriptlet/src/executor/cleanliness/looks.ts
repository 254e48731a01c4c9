/**
 * How closely an object of the runtime is compared with what it was. `quick` reads its values and counts what can be listed:
 * it notices at once that something was replaced, removed or openly added, but not a hidden property that is new, nor
 * that one was only described anew, that an object takes no more, or that a file took the number of another; nor, at once,
 * what has changed in the classes that it reads in turn.
 */
export type Look = "whole" | "quick";

/**
 * Chooses the look after each job: a whole one takes most of what a short job costs, so among jobs that follow each other closely
 * it comes at the first and at every sixteenth.
 */
export function createLooks(now = () => performance.now()): () => Look {
  let quickOnes = mostQuickOnes;
  let lastAt = Number.NEGATIVE_INFINITY;
  return () => {
    const at = now();
    const isClose = at - lastAt < closeMs;
    lastAt = at;
    quickOnes = isClose && quickOnes < mostQuickOnes ? quickOnes + 1 : 0;
    return quickOnes === 0 ? "whole" : "quick";
  };
}

const mostQuickOnes = 15;
const closeMs = 20;
