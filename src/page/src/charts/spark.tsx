// A chart in a cell of a list.
export function Spark({ values, label, colour }: { values: number[]; label: string; colour: string }) {
  const most = Math.max(1, ...values);
  const width = 100 / Math.max(1, values.length);
  return (
    <svg class="spark" viewBox="0 0 100 24" preserveAspectRatio="none" role="img" aria-label={label}>
      <rect y={23.5} width={100} height={0.5} style={{ fill: "var(--line-strong)" }} />
      {values.map((value, i) =>
        value === 0 ? null : (
          <rect
            key={i}
            x={i * width}
            width={Math.max(0.8, width - 0.6)}
            y={24 - Math.max(1.5, (24 * value) / most)}
            height={Math.max(1.5, (24 * value) / most)}
            style={{ fill: `var(--${colour})` }}
          />
        ),
      )}
    </svg>
  );
}
