/** What a query asks for: words joined with "and", "or" and "not". */
export interface ParsedQuery {
  /** Concepts that must all be recognized. */
  all: string[];
  /** Concepts of which one must be recognized. */
  any: string[];
  /** Concepts that must not be recognized. */
  none: string[];
}

/** A quoted phrase, a bar, or a run of other characters; each may have a minus in front. */
const TOKEN = /(-?)"([^"]*)"?|\||([^\s|]+)/g;

/**
 * Reads a query as people type it: `golden retriever` is one concept, `dog -wolf` leaves out what recognizes wolves,
 * `"golden retriever" | beagle` takes either, and `dog, car` needs both. Nothing is a fault: what does not parse is part of a concept.
 */
export function parseQuery(text: string): ParsedQuery {
  const none: string[] = [];
  const alternatives = text.split('|').length > 1;
  /** Concepts between bars and commas, as the words that they have so far. */
  const groups: string[][] = [[]];
  const close = () => void groups.push([]);
  for (const match of text.matchAll(TOKEN)) {
    const [token, minus, quoted, word] = match;
    if (token === '|') close();
    else if (quoted !== undefined) {
      if (minus) none.push(quoted);
      else {
        // A phrase in quotes is a concept of its own.
        close();
        groups.at(-1)?.push(quoted);
        close();
      }
    } else if (/^-[^-\s]/.test(word)) none.push(...word.slice(1).split(',').filter(Boolean));
    else {
      const parts = word.split(',');
      for (const [index, part] of parts.entries()) {
        if (index > 0) close();
        if (part) groups.at(-1)?.push(part);
      }
    }
  }
  const concepts = unique(groups.map((words) => words.join(' ').trim()));
  return {
    all: alternatives ? [] : concepts,
    any: alternatives ? concepts : [],
    none: unique(none.map((concept) => concept.trim())),
  };
}

/** Arguments of a search for a query: a plain concept where one is enough; null for an empty query. */
export function queryArguments(
  text: string,
): { concept: string } | { expression: Partial<ParsedQuery> } | null {
  const { all, any, none } = parseQuery(text);
  const wanted = [...all, ...any];
  if (wanted.length === 0) return null;
  if (wanted.length === 1 && none.length === 0) return { concept: wanted[0] };
  return {
    expression: {
      ...(all.length > 0 && { all }),
      ...(any.length > 0 && { any }),
      ...(none.length > 0 && { none }),
    },
  };
}

function unique(concepts: readonly string[]): string[] {
  return [...new Set(concepts.filter(Boolean))];
}

/** A concept with these only stays one in quotes. */
const SIGNS = /[|,]|^-/;

/** The concept at the end of a query, while it is being typed; empty where the next one starts. */
export function termAtEnd(query: string): string {
  return query.slice(startOfTerm(query));
}

/** The query with another concept at its end, in quotes where it would not stay one concept. */
export function withTermAtEnd(query: string, concept: string): string {
  const before = query.slice(0, startOfTerm(query));
  const unquoted = before.replace(/"$/, '');
  const plain = concept.replaceAll('"', '');
  const isPart = before !== unquoted || /\S/.test(unquoted.replace(/[|,]\s*$/, ''));
  return unquoted + (SIGNS.test(plain) || (isPart && /\s/.test(plain)) ? `"${plain}"` : plain);
}

/** After the last quote, or outside quotes after the last bar, comma or minus before a word. */
function startOfTerm(query: string): number {
  let start = 0;
  let isQuoted = false;
  for (let index = 0; index < query.length; index++) {
    const sign = query[index];
    const isMinus = sign === '-' && !/\S/.test(query[index - 1] ?? ' ');
    if (sign === '"') isQuoted = !isQuoted;
    else if (isQuoted || !(sign === '|' || sign === ',' || isMinus)) continue;
    start = index + 1;
  }
  const spaces = isQuoted ? 0 : query.slice(start).search(/\S|$/);
  return start + spaces;
}
