/** Exit statuses of all commands. */
export const EXIT = {
  ok: 0,
  /** The command line was understood, but the command failed: a bad model, a full disk, a model that does not exist. */
  failed: 1,
  /** The command line or the configuration is invalid. */
  usage: 2,
  /** Interrupted by Ctrl-C; 128 + SIGINT, as in shells. */
  interrupted: 130,
} as const;
