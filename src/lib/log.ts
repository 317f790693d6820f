/** Writes one log line. @param details facts for machines, such as ids and counts */
export type Log = (level: 'info' | 'warn' | 'error', message: string, details?: object) => void;
