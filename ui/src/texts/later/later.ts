import type { Texts } from '../en.js';
import type { Speech } from '../texts.js';
import { de } from './de.js';
import { en, type LaterTexts } from './en.js';

const LANGUAGES: Readonly<Record<string, LaterTexts>> = { en, de };
const known = new WeakMap<Speech, Texts & LaterTexts>();

/** All texts, for pages that are loaded when they are opened. */
export function allTexts(speech: Speech): Texts & LaterTexts {
  const all = known.get(speech) ?? { ...speech.texts, ...(LANGUAGES[speech.language] ?? en) };
  known.set(speech, all);
  return all;
}
