import type { FastifyRequest } from 'fastify';

/** A client that sends a body byte by byte must not keep its connection forever. */
export function limitBodyTime({ raw }: FastifyRequest, seconds: number): void {
  const timer = setTimeout(() => raw.destroy(), seconds * 1000);
  raw.once('end', () => clearTimeout(timer)).once('close', () => clearTimeout(timer));
}
