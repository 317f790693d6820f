import type { ChildProcess } from 'node:child_process';
import { parentPort, type TransferListItem, Worker } from 'node:worker_threads';
import { type ErrorCode, messageOf, ProbelogError } from '../errors/index.js';

/**
 * Calling methods of a worker, a child process or a thread: requests and replies are matched by id, errors keep their code
 * and details, and a call can be cancelled. `Methods` is the interface that the worker implements.
 *
 * Workers are trusted: replies are not checked. The process that runs a stranger's model is not, so it has a protocol of its
 * own, whose messages the parent checks (src/probing/protocol.ts, docs/adr/0003-processes.md).
 */

/** From the caller: one call, or the cancellation of one. */
export type WorkerRequest =
  /** With `cancellable`, an `AbortSignal` is appended to the arguments. */
  { id: number; method: string; args: unknown[]; cancellable: boolean } | { cancel: number };

/** From the worker: the outcome of the call with this id. */
export type WorkerReply = { id: number; value: unknown } | { id: number; error: PlainError };

/** An error without its class, which does not survive the way between processes. */
interface PlainError {
  message: string;
  code: string | undefined;
  /** Those of a {@link ProbelogError}; null for any other error. */
  details: Record<string, unknown> | null;
}

type Callable<Methods> = { [Name in keyof Methods]: (...args: never[]) => unknown };

/** How to make one call. */
export interface CallOptions {
  /** Cancels the call when it aborts: the promise rejects with its reason, and the worker's signal aborts. */
  signal?: AbortSignal;
  /** Buffers that a thread takes over; the caller must not use them any more. */
  transfer?: readonly TransferListItem[];
}

interface PendingCall {
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

type Post = (
  request: WorkerRequest,
  transfer: readonly TransferListItem[],
  undelivered: (error: Error) => void,
) => void;

/** The calls to one worker that have not ended. */
export class WorkerCalls<Methods extends Callable<Methods>> {
  private readonly pending = new Map<number, PendingCall>();
  private nextId = 0;

  /** @param onIdle runs whenever the last pending call has ended */
  constructor(
    private readonly post: Post,
    private readonly onIdle: () => void = () => undefined,
  ) {}

  /** @throws what the method throws; the signal's reason; the error of {@link failAll} */
  async call<Name extends keyof Methods & string>(
    method: Name,
    args: Parameters<Methods[Name]>,
    { signal, transfer = [] }: CallOptions = {},
  ): Promise<Awaited<ReturnType<Methods[Name]>>> {
    signal?.throwIfAborted();
    const id = this.nextId++;
    const cancel = () => {
      this.post({ cancel: id }, [], () => undefined);
      this.take(id)?.reject(signal?.reason);
    };
    signal?.addEventListener('abort', cancel, { once: true });
    try {
      const value = await new Promise<unknown>((resolve, reject) => {
        this.pending.set(id, { resolve, reject });
        this.post({ id, method, args, cancellable: signal !== undefined }, transfer, (error) =>
          this.take(id)?.reject(error),
        );
      });
      return value as Awaited<ReturnType<Methods[Name]>>;
    } finally {
      signal?.removeEventListener('abort', cancel);
    }
  }

  /** Ends the call that the worker replied to. */
  settle(reply: WorkerReply): void {
    const call = this.take(reply.id);
    if ('error' in reply) call?.reject(toError(reply.error));
    else call?.resolve(reply.value);
  }

  /** Ends all pending calls, for when the worker is gone. */
  failAll(reason: unknown): void {
    for (const id of [...this.pending.keys()]) this.take(id)?.reject(reason);
  }

  private take(id: number): PendingCall | undefined {
    const call = this.pending.get(id);
    if (this.pending.delete(id) && this.pending.size === 0) this.onIdle();
    return call;
  }
}

/**
 * Calls to a child process, which must be forked with `serialization: 'advanced'`. When it exits, its owner calls
 * `failAll`.
 *
 * @param undelivered makes the error for a request that cannot be sent, such as while the process exits
 * @param onIdle runs whenever the last pending call has ended
 */
export function callsToProcess<Methods extends Callable<Methods>>(
  child: ChildProcess,
  undelivered: () => Error,
  onIdle?: () => void,
): WorkerCalls<Methods> {
  const calls = new WorkerCalls<Methods>((request, _, fail) => {
    child.send(request, (error) => error && fail(undelivered()));
  }, onIdle);
  child.on('message', (reply: WorkerReply) => calls.settle(reply));
  return calls;
}

/** Calls to a thread. They fail when it ends. */
export function callsToThread<Methods extends Callable<Methods>>(worker: Worker): WorkerCalls<Methods> {
  const calls = new WorkerCalls<Methods>((request, transfer) => worker.postMessage(request, transfer));
  worker.on('message', (reply: WorkerReply) => calls.settle(reply));
  worker.on('error', (error) => calls.failAll(error));
  worker.on('exit', (code) => calls.failAll(new Error(`The thread ended with exit code ${code}.`)));
  return calls;
}

/**
 * Makes one call in a thread of its own, which ends with it, even in the middle of a computation.
 *
 * @param entry compiled module that calls {@link serveThread}
 */
export async function callInThread<
  Methods extends Callable<Methods>,
  Name extends keyof Methods & string = keyof Methods & string,
>(
  entry: string,
  method: Name,
  args: Parameters<Methods[Name]>,
  options: CallOptions = {},
): Promise<Awaited<ReturnType<Methods[Name]>>> {
  const worker = new Worker(entry);
  try {
    return await callsToThread<Methods>(worker).call(method, args, options);
  } finally {
    await worker.terminate();
  }
}

/** In a child process: carries out the calls of the parent. */
export function serveProcess(methods: object): void {
  const serve = server(methods, (reply) => {
    if (process.connected) process.send?.(reply);
  });
  process.on('message', serve);
}

/** In a thread: carries out the calls of its owner. @param transferOf buffers of a result that are handed over, not copied */
export function serveThread<Result>(
  methods: object,
  transferOf: (value: Result) => readonly TransferListItem[] = () => [],
): void {
  const port = parentPort;
  if (!port) throw new Error('This module runs in a worker thread only.');
  const serve = server(methods, (reply) =>
    port.postMessage(reply, 'value' in reply ? transferOf(reply.value as Result) : []),
  );
  port.on('message', serve);
}

function server(
  methods: object,
  reply: (reply: WorkerReply) => void,
): (request: WorkerRequest) => Promise<void> {
  const cancellable = new Map<number, AbortController>();
  return async (request) => {
    if ('cancel' in request) {
      cancellable.get(request.cancel)?.abort();
      return;
    }
    const { id, method, args } = request;
    const signals: AbortSignal[] = [];
    if (request.cancellable) {
      const controller = new AbortController();
      cancellable.set(id, controller);
      signals.push(controller.signal);
    }
    try {
      const run: (...args: unknown[]) => unknown = Reflect.get(methods, method);
      reply({ id, value: await run.call(methods, ...args, ...signals) });
    } catch (thrown) {
      reply({ id, error: toPlainError(thrown) });
    } finally {
      cancellable.delete(id);
    }
  };
}

function toPlainError(thrown: unknown): PlainError {
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : undefined;
  const details = thrown instanceof ProbelogError ? thrown.details : null;
  return { message: messageOf(thrown), code, details };
}

function toError({ message, code, details }: PlainError): Error {
  if (details !== null) return new ProbelogError(code as ErrorCode, message, details);
  return Object.assign(new Error(message), code === undefined ? {} : { code });
}
