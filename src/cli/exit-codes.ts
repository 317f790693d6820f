/** What the exit status of every command means. */
export const EXIT = {
  ok: 0,
  /** The command was understood and failed: a bad model, a full disk, nothing found. */
  failed: 1,
  /** The command line or the configuration is not usable. */
  usage: 2,
  /** Ended by Ctrl-C, as shells count it. */
  interrupted: 130,
} as const;
