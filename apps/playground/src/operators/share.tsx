/** A bar of parts of a whole; what it shows stands beside it in words. */
export function Share({
  parts,
}: {
  parts: readonly (readonly [kind: string, size: number, whole: number])[];
}) {
  return (
    <div className="share" aria-hidden="true">
      {parts
        .filter(([, size]) => size > 0)
        .map(([kind, size, whole]) => (
          <span key={kind} data-kind={kind} style={{ inlineSize: `${percentOf(size, whole)}%` }} />
        ))}
    </div>
  );
}

function percentOf(size: number, whole: number): number {
  return whole > 0 ? Math.min(100, (100 * size) / whole) : 0;
}
