import { randomBytes } from 'node:crypto';

/** A version 7 UUID: random, and ordered by creation time, which keeps indexes compact. */
export function newId(): string {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(Date.now(), 0, 6);
  bytes[6] = (bytes[6] & 0x0f) | 0x70;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The valid UUIDs among these. In the database, looking up anything else would be an error. */
export function validIds(ids: readonly string[]): string[] {
  return ids.filter((id) => UUID.test(id));
}

/** A condition for one id; an invalid UUID matches nothing. */
export function isId(id: string): { in: string[] } {
  return { in: validIds([id]) };
}
