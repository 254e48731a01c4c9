/** Line icons on a 24 by 24 grid, drawn with the colour of the text around them. */
const paths = {
  search: "M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14Zm9 16-4-4",
  play: "M8 5.5v13l10.5-6.5Z",
  stop: "M7 7h10v10H7Z",
  copy: "M9 9h10v11H9ZM6 15H5V4h10v2",
  check: "m5 12.5 4.5 4.5L19 7.5",
  plus: "M12 5v14M5 12h14",
  close: "m6 6 12 12M18 6 6 18",
  chevron: "m7 10 5 5 5-5",
  back: "m14 6-6 6 6 6",
  file: "M7 3h7l4 4v14H7Zm7 0v5h4",
  upload: "M12 16V5m0 0L7.5 9.5M12 5l4.5 4.5M5 19h14",
  download: "M12 5v11m0 0 4.5-4.5M12 16l-4.5-4.5M5 20h14",
  settings: "M5 7h9m5 0h0M5 17h2m7 0h5M16.500 4.500v5M9.500 14.500v5",
  box: "M12 3 4 7.500v9L12 21l8-4.500v-9ZM4 7.500l8 4.500 8-4.500M12 12v9",
  clock: "M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16Zm0 4v4.500l3 1.500",
  lock: "M6 11h12v9H6Zm2.500 0V8a3.500 3.500 0 0 1 7 0v3M12 14.500v2",
  alert: "M12 4 2.800 19.500h18.400ZM12 10v4.500m0 2.500h0",
  pulse: "M3 12h4l3-7.500 4.500 15 2.500-7.500h4",
  link: "M14 5h5v5m0-5-8 8m-1-7H5v13h13v-5",
  sparkle:
    "M12 4c.6 4.600 3.400 7.400 8 8-4.600.6-7.400 3.400-8 8-.6-4.600-3.400-7.400-8-8 4.600-.6 7.400-3.400 8-8Z",
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name }: { name: IconName }) {
  const isFilled = name === "play" || name === "stop";
  return (
    <svg className={isFilled ? "icon icon-filled" : "icon"} viewBox="0 0 24 24" aria-hidden="true">
      <path d={paths[name]} />
    </svg>
  );
}
