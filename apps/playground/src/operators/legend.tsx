/** Names and values, each with the colour of its part in the bar above, if it has one. */
export function Legend({
  rows,
}: {
  rows: readonly (readonly [kind: string | undefined, name: string, value: string])[];
}) {
  if (rows.length === 0) return null;
  return (
    <dl className="legend">
      {rows.map(([kind, name, value]) => (
        <div key={name}>
          <dt data-kind={kind}>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
