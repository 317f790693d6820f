const UNITS = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'];

/** So many bytes, for people. */
export function byteSize(bytes: number): string {
  const unit = Math.min(UNITS.length - 1, Math.floor(Math.log2(Math.max(bytes, 1)) / 10));
  return `${(bytes / 1024 ** unit).toFixed(unit === 0 ? 0 : 1)} ${UNITS[unit]}`;
}
