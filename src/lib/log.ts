/** Takes one line and facts about it. */
export type Log = (level: 'info' | 'warn' | 'error', message: string, details?: object) => void;
