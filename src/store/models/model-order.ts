import { ProbelogError } from '../../errors/index.js';
import { validIds } from '../database/ids.js';
import type { Prisma } from '../generated/client.js';
import type { ModelRecord } from '../records.js';

/** An order of models. Each is total, so that a place in it is one place. */
export type ModelOrder = 'OLDEST' | 'NEWEST' | 'NAME' | 'OUTPUTS' | 'SIZE';

/** A place in an order: the value that it orders by, and what decides between equal ones. */
export type ModelPlace = readonly [value: string | number | null, tie: string];

/** Rows that come one after another, ordered by one index. */
interface Part {
  where: Prisma.ModelWhereInput;
  orderBy: Prisma.ModelOrderByWithRelationInput[];
}

type Direction = 'asc' | 'desc';

/** The place of a model in an order. */
export function placeOf(order: ModelOrder, model: ModelRecord): ModelPlace {
  if (order === 'NAME') return [model.name, model.version];
  if (order === 'OUTPUTS') return [model.outputs, model.id];
  if (order === 'SIZE') return [model.fileBytes, model.id];
  return [model.createdAt.toISOString(), model.id];
}

/**
 * The rows behind a place, in parts to be read one after another: models without a value come last.
 *
 * @throws ProbelogError CURSOR_INVALID when the place is malformed
 */
export function partsBehind(order: ModelOrder, place: ModelPlace | undefined): Part[] {
  switch (order) {
    case 'OLDEST':
      return [inOrder('createdAt', 'id', 'asc', place && [dateOf(place), idOf(place)])];
    case 'NEWEST':
      return [inOrder('createdAt', 'id', 'desc', place && [dateOf(place), idOf(place)])];
    case 'NAME':
      return [inOrder('name', 'version', 'asc', place && [String(place[0]), place[1]])];
    case 'OUTPUTS':
      return knownFirst('outputs', 'desc', place, Number);
    case 'SIZE':
      return knownFirst('fileBytes', 'asc', place, (bytes) => BigInt(Math.floor(bytes)));
  }
}

function knownFirst(
  field: 'outputs' | 'fileBytes',
  direction: Direction,
  place: ModelPlace | undefined,
  stored: (value: number) => number | bigint,
): Part[] {
  const [value = null] = place ?? [];
  const isBehindKnown = place !== undefined && value === null;
  const known = inOrder(
    field,
    'id',
    direction,
    place && value !== null ? [stored(Number(value)), idOf(place)] : undefined,
  );
  const unknown = {
    where: {
      AND: [{ [field]: null }, isBehindKnown ? { id: { [behind(direction)]: idOf(place) } } : {}],
    },
    orderBy: [{ id: direction }],
  };
  if (isBehindKnown) return [unknown];
  return [{ ...known, where: { AND: [{ [field]: { not: null } }, known.where] } }, unknown];
}

/** The first condition is implied by the others. It lets an index begin at the place. */
function inOrder(
  field: 'createdAt' | 'name' | 'outputs' | 'fileBytes',
  tie: 'id' | 'version',
  direction: Direction,
  place: [value: Date | string | number | bigint, tie: string] | undefined,
): Part {
  const orderBy = [{ [field]: direction }, { [tie]: direction }];
  if (!place) return { where: {}, orderBy };
  const [value, last] = place;
  const next = behind(direction);
  const where = {
    AND: [
      { [field]: { [`${next}e`]: value } },
      { OR: [{ [field]: { [next]: value } }, { [field]: value, [tie]: { [next]: last } }] },
    ],
  };
  return { where, orderBy };
}

function behind(direction: Direction): 'gt' | 'lt' {
  return direction === 'asc' ? 'gt' : 'lt';
}

function dateOf([value]: ModelPlace): Date {
  const date = new Date(String(value));
  if (Number.isNaN(date.getTime())) throw notAPlace();
  return date;
}

function idOf([, id]: ModelPlace): string {
  if (validIds([id]).length === 0) throw notAPlace();
  return id;
}

function notAPlace(): ProbelogError {
  return new ProbelogError('CURSOR_INVALID', 'The cursor is not a position in this list.');
}
