/** How sure an answer is, in words that `texts` has. */
export type Strength = 'VERY_LIKELY' | 'LIKELY' | 'POSSIBLE' | 'UNLIKELY' | 'UNKNOWN';

const VERY_LIKELY_FROM = 0.8;
const LIKELY_FROM = 0.5;
const POSSIBLE_FROM = 0.2;

/** The level of a confidence, 0 to 1; null in a gallery that is too small for one. */
export function strengthOf(confidence: number | null): Strength {
  if (confidence === null) return 'UNKNOWN';
  if (confidence >= VERY_LIKELY_FROM) return 'VERY_LIKELY';
  if (confidence >= LIKELY_FROM) return 'LIKELY';
  return confidence >= POSSIBLE_FROM ? 'POSSIBLE' : 'UNLIKELY';
}

/** What an output is called: by its owner, by ProbeLog, or only by a guess; NUMBER when nothing better is known. */
export interface OutputName {
  kind: 'LABEL' | 'NAME' | 'GUESS' | 'NUMBER';
  text: string;
}

/** What an output is called. A name below the level of a guess is worse than none. @param names best first */
export function outputName(output: {
  label: string | null;
  index: number;
  concepts: readonly { text: string; confidence: number | null }[];
}): OutputName {
  if (output.label !== null) return { kind: 'LABEL', text: output.label };
  const [best] = output.concepts;
  const confidence = best?.confidence ?? 0;
  if (best && confidence >= LIKELY_FROM) return { kind: 'NAME', text: best.text };
  if (best && confidence >= POSSIBLE_FROM) return { kind: 'GUESS', text: best.text };
  return { kind: 'NUMBER', text: String(output.index) };
}
