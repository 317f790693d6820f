import { en, type Texts } from './en.js';

/** A page loads the texts of one language beside English, which is also for what no language is there for. */
const LANGUAGES: Readonly<Record<string, () => Promise<Texts>>> = {
  en: async () => en,
  de: async () => (await import('./de.js')).de,
};

/** The texts of a language, and how it writes numbers and dates. */
export interface Speech {
  language: string;
  texts: Texts;
  number(value: number): string;
  /** With two digits after the point. */
  decimal(value: number): string;
  /** A share as a whole percentage. */
  percent(share: number): string;
  bytes(count: number): string;
  date(iso: string): string;
  time(iso: string): string;
}

/** The first wanted language that there is, or English. @param wanted BCP 47 tags, the best first */
export async function loadSpeech(wanted: readonly string[]): Promise<Speech> {
  const language = wanted.map((tag) => tag.toLowerCase().split('-')[0]).find((tag) => LANGUAGES[tag]) ?? 'en';
  try {
    return speechOf(language, await LANGUAGES[language]());
  } catch {
    // The script of the language did not arrive.
    return ENGLISH;
  }
}

function speechOf(language: string, texts: Texts): Speech {
  const number = (value: number) =>
    new Intl.NumberFormat(language, { maximumFractionDigits: 1 }).format(value);
  return {
    language,
    texts,
    number,
    decimal: (value) =>
      new Intl.NumberFormat(language, { minimumFractionDigits: 2, maximumFractionDigits: 2 }).format(value),
    percent: (share) => texts.percent(number(Math.round(100 * share))),
    bytes(count) {
      const units = ['B', 'kB', 'MB', 'GB'];
      let value = count;
      let unit = 0;
      while (value >= 1000 && unit < units.length - 1) {
        value /= 1000;
        unit++;
      }
      return texts.bytes(number(value), units[unit]);
    },
    time: (iso) =>
      new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(iso)),
    date: (iso) => new Intl.DateTimeFormat(language, { dateStyle: 'medium' }).format(new Date(iso)),
  };
}

export const ENGLISH: Speech = speechOf('en', en);
