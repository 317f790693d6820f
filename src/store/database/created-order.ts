import { ProbelogError } from '../../errors/index.js';
import type { CreatedPosition } from '../records.js';
import { validIds } from './ids.js';

/** Rows after a position, newest first. @throws ProbelogError CURSOR_INVALID when the position is malformed */
export function createdBefore(position: CreatedPosition) {
  const { createdAt, id } = checkPosition(position);
  return { OR: [{ createdAt: { lt: createdAt } }, { createdAt, id: { lt: id } }] };
}

function checkPosition(position: CreatedPosition): CreatedPosition {
  if (validIds([position.id]).length > 0 && !Number.isNaN(position.createdAt.getTime())) return position;
  throw new ProbelogError('CURSOR_INVALID', 'The cursor is not a position in this list.');
}
