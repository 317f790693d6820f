import type { WebSocket } from 'ws';

/** How often it is asked whether a connection is still anybody's. */
const LOOK_EVERY_MS = 60_000;
/** The codes of graphql-ws for "nobody" and "too slow". */
const FORBIDDEN = 4403;
const TIMED_OUT = 4408;

/** What is asked about a connection. */
export interface SocketQuestions {
  idleMs: number;
  /** Whether it has an operation. */
  isBusy(): boolean;
  /** Whether its key or token is still good. */
  isSomebody(): Promise<boolean>;
}

/** Closes a connection that nothing was asked on for a while, or whose key or token is not good any more. */
export function watchSocket(socket: WebSocket, { idleMs, isBusy, isSomebody }: SocketQuestions): void {
  let usedAt = Date.now();
  socket.on('message', () => {
    usedAt = Date.now();
  });
  const timer = setInterval(
    async () => {
      if (isBusy()) usedAt = Date.now();
      if (Date.now() - usedAt >= idleMs) socket.close(TIMED_OUT, 'Nothing was asked for a while');
      else if (!(await isSomebody())) socket.close(FORBIDDEN, 'Forbidden');
    },
    Math.min(idleMs, LOOK_EVERY_MS),
  );
  socket.once('close', () => clearInterval(timer));
}
