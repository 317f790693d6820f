import { ProbelogError } from '../../errors/index.js';
import type { CreatedPosition } from '../records.js';
import { validIds } from './ids.js';

/** Rows behind a place in the order of creation. @throws ProbelogError CURSOR_INVALID when it is no place */
export function createdAfter(place: CreatedPosition) {
  const { createdAt, id } = checkedPlace(place);
  return { OR: [{ createdAt: { gt: createdAt } }, { createdAt, id: { gt: id } }] };
}

/** Rows behind a place when the newest come first. @throws ProbelogError CURSOR_INVALID when it is no place */
export function createdBefore(place: CreatedPosition) {
  const { createdAt, id } = checkedPlace(place);
  return { OR: [{ createdAt: { lt: createdAt } }, { createdAt, id: { lt: id } }] };
}

function checkedPlace(place: CreatedPosition): CreatedPosition {
  if (validIds([place.id]).length > 0 && !Number.isNaN(place.createdAt.getTime())) return place;
  throw new ProbelogError('CURSOR_INVALID', 'The cursor does not name a place in this list.');
}
