import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { ProbelogError } from '../../errors/index.js';
import { claimKeyOf, createContext, keyOf, type Services, uploadReply } from '../../graphql/index.js';
import { parseUploadForm, type UploadForm } from '../../ingest/index.js';
import { callerOf } from '../auth/auth-hook.js';
import { allowLongBody } from '../body-time.js';
import { wholeBody } from './whole-body.js';

const TYPES = ['application/octet-stream', 'application/x-npy', 'application/vnd.safetensors'];

type PieceRoute = {
  Params: { claim: string; piece: string };
  Body: IncomingMessage | undefined;
};
type Route = {
  Params: { id: string };
  Querystring: Record<string, unknown>;
  Body: IncomingMessage | undefined;
};

/**
 * `PUT /models/<id>/responses`: takes the responses of a model that was run elsewhere.
 * `PUT /runner-claims/<id>/responses/<n>`: takes those of one piece of a runner's claim.
 *
 * Everything that can be is refused before the body is read; the body goes to the disk as it comes. These routes are a
 * scope of their own, so that no other route's bodies are read like that.
 */
export function addResponseUploads(app: FastifyInstance, services: Services): void {
  const uploadsOf = (request: FastifyRequest<Route>) =>
    createContext(services, callerOf(request as FastifyRequest)).uploads;
  app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser(TYPES, async (_: unknown, body: IncomingMessage) => body);
    scope.route<Route>({
      method: 'PUT',
      url: '/models/:id/responses',
      config: { requiredScopes: ['INGEST'], streamsBody: true },
      onRequest: async (request, reply) => {
        // A refused client may still be sending: the connection ends with the reply.
        reply.header('connection', 'close');
        const length = request.headers['content-length'];
        await uploadsOf(request).check(
          keyOf('Model', request.params.id),
          formOf(request.query, request.headers['probe-set-digest']),
          length === undefined ? undefined : Number(length),
        );
      },
      handler: async (request, reply) => {
        allowLongBody(request);
        const { params, query, headers, body, raw } = request;
        if (!body) throw new ProbelogError('INPUT_INVALID', 'The request has no body.');
        const form = formOf(query, headers['probe-set-digest']);
        const outcome = await uploadsOf(request).accept(keyOf('Model', params.id), wholeBody(raw), form);
        const { status, body: uploaded } = uploadReply(outcome);
        return reply.status(status).send(uploaded);
      },
    });
    scope.route<PieceRoute>({
      method: 'PUT',
      url: '/runner-claims/:claim/responses/:piece',
      config: { requiredScopes: ['INGEST'], streamsBody: true },
      onRequest: async (_, reply) => {
        reply.header('connection', 'close');
      },
      handler: async (request) => {
        allowLongBody(request);
        const { claim, piece } = request.params;
        if (!request.body) throw new ProbelogError('INPUT_INVALID', 'The request has no body.');
        const { runners } = createContext(services, callerOf(request as FastifyRequest));
        const number = /^\d{1,9}$/.test(piece) ? Number(piece) : -1;
        const pieces = await runners.receive(claimKeyOf(claim), number, wholeBody(request.raw));
        const numbers = (received: boolean) =>
          pieces.filter((one) => one.received === received).map((one) => one.number);
        return { received: numbers(true), missing: numbers(false) };
      },
    });
  });
}

/** The digest can also be a header: some clients cannot change the URL they were given. */
function formOf(query: Record<string, unknown>, header: string | string[] | undefined): UploadForm {
  const form = parseUploadForm(query);
  if (header === undefined) return form;
  const { digest } = parseUploadForm({ digest: header });
  if (form.digest !== undefined && form.digest !== digest)
    throw new ProbelogError('INPUT_INVALID', 'The header and the query name two digests.');
  return { ...form, digest };
}
