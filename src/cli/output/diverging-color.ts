/**
 * Red for alike, white for unrelated, blue for opposite: ColorBrewer's RdBu, which readers with any common kind of
 * color blindness can tell apart. From −1 to 1, at equal distances.
 */
export const COLOR_STOPS: readonly [red: number, green: number, blue: number][] = [
  [0x21, 0x66, 0xac],
  [0x92, 0xc5, 0xde],
  [0xf7, 0xf7, 0xf7],
  [0xf4, 0xa5, 0x82],
  [0xb2, 0x18, 0x2b],
];

/** The color of a value from −1 to 1, as `#rrggbb`. */
export function divergingColor(value: number): string {
  const place = ((Math.min(1, Math.max(-1, value)) + 1) / 2) * (COLOR_STOPS.length - 1);
  const lower = Math.min(Math.floor(place), COLOR_STOPS.length - 2);
  const share = place - lower;
  return hex(
    COLOR_STOPS[lower].map((from, channel) => from + (COLOR_STOPS[lower + 1][channel] - from) * share),
  );
}

/** `#rrggbb` of three values from 0 to 255. */
export function hex(channels: readonly number[]): string {
  return `#${channels.map((channel) => Math.round(channel).toString(16).padStart(2, '0')).join('')}`;
}
