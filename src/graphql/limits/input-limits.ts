import { type DocumentNode, Kind, visit } from 'graphql';
import { ProbelogError } from '../../errors/index.js';

/** Items that the lists of an argument or input field may have, by its name. */
const MAX_ITEMS: Readonly<Record<string, number>> = {
  labels: 50_000,
  licenses: 200,
  licences: 200,
  scopes: 100,
  status: 100,
};
const MAX_ITEMS_OF_OTHERS = 1_000;
/** UTF-16 units of a text. Most have a smaller limit of their own, with a code of its own. */
const MAX_TEXT_LENGTH = 2 ** 16;
/** Their resolvers look at the length first, and have a code of their own. */
const LIMITED_ELSEWHERE: readonly string[] = ['after', 'concept', 'id', 'image'];

/**
 * Checks values that a caller sent: the lengths of lists and texts, by the names of the arguments and fields they are for.
 *
 * Threat model: the cost of a list grows with each step that follows: coercion, authorization, a cursor's hash, a statement.
 * Whatever the types are, a value within these limits costs milliseconds.
 *
 * @param given values by the name of their argument
 * @throws ProbelogError INPUT_INVALID naming the argument or field
 */
export function checkInputs(given: Readonly<Record<string, unknown>>): void {
  const remaining = Object.entries(given);
  for (let next = remaining.pop(); next !== undefined; next = remaining.pop()) {
    const [name, value] = next;
    if (typeof value === 'string') checkText(name, value);
    else if (Array.isArray(value)) {
      checkCount(name, value.length);
      // Texts at once: a list of labels has tens of thousands.
      for (const item of value) {
        if (typeof item === 'string') checkText(name, item);
        else remaining.push([name, item]);
      }
    } else if (typeof value === 'object' && value !== null) {
      const fields = Object.entries(value);
      checkCount(name, fields.length);
      remaining.push(...fields);
    }
  }
}

function checkCount(name: string, count: number): void {
  const most = Object.hasOwn(MAX_ITEMS, name) ? MAX_ITEMS[name] : MAX_ITEMS_OF_OTHERS;
  if (count <= most) return;
  const message = `${title(name)} has ${count} items; give at most ${most}.`;
  throw new ProbelogError('INPUT_INVALID', message, { argument: shortened(name), most });
}

/** PostgreSQL stores neither the character U+0000 nor half a surrogate pair. */
function checkText(name: string, text: string): void {
  if (text.length > MAX_TEXT_LENGTH && !LIMITED_ELSEWHERE.includes(name)) {
    const message = `${title(name)} has ${text.length} characters; give at most ${MAX_TEXT_LENGTH}.`;
    throw new ProbelogError('INPUT_INVALID', message, { argument: shortened(name), most: MAX_TEXT_LENGTH });
  }
  if (text.includes('\0') || !text.isWellFormed())
    throw new ProbelogError(
      'INPUT_INVALID',
      'A text must not contain the character U+0000 or half a surrogate pair.',
    );
}

function title(name: string): string {
  return `The argument ${shortened(name)}`;
}

function shortened(name: string): string {
  return name.slice(0, 100);
}

/**
 * The variables of a document with the names of the arguments and input fields that they are used for. One document is
 * read once.
 */
export function variableUses(document: DocumentNode): ReadonlyMap<string, ReadonlySet<string>> {
  const uses = new Map<string, Set<string>>();
  const names: string[] = [];
  const within = {
    enter: ({ name }: { name: { value: string } }) => void names.push(name.value),
    leave: () => void names.pop(),
  };
  visit(document, {
    [Kind.ARGUMENT]: within,
    [Kind.OBJECT_FIELD]: within,
    [Kind.VARIABLE]({ name: { value: variable } }) {
      const name = names.at(-1);
      if (name !== undefined) uses.set(variable, (uses.get(variable) ?? new Set()).add(name));
    },
  });
  return uses;
}
