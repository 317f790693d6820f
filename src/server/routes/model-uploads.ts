import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ProbelogError } from '../../errors/index.js';
import { createContext, type Services } from '../../graphql/index.js';
import { byteRangeOf, sha256In, type UploadedFile } from '../../ingest/index.js';
import { callerOf } from '../auth/auth-hook.js';
import { allowLongBody } from '../body-time.js';
import { wholeBody } from './whole-body.js';

type Route = { Params: { id: string; '*': string }; Body: IncomingMessage | undefined };

/**
 * `PUT /model-uploads/<id>/<file>`: takes a file of a model, or with `Content-Range` a part of it (RFC 9110, section 14.5).
 * `HEAD` says how much is here, in the headers of draft-ietf-httpbis-resumable-upload.
 *
 * The body goes to the disk as it comes. These routes are a scope of their own, so that no other route's bodies are read like that.
 */
export function addModelUploads(app: FastifyInstance, services: Services): void {
  const uploadsOf = (request: FastifyRequest<Route>) =>
    createContext(services, callerOf(request as FastifyRequest)).modelUploads;
  app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    // Without any, as `curl -T` sends it, or of any type.
    scope.addContentTypeParser('*', async (_: unknown, body: IncomingMessage) => body);
    scope.route<Route>({
      method: 'PUT',
      url: '/model-uploads/:id/*',
      config: { requiredScopes: ['INGEST'], streamsBody: true },
      onRequest: async (_, reply) => {
        // A refused client may still be sending: the connection ends with the reply.
        reply.header('connection', 'close');
      },
      handler: async (request, reply) => {
        allowLongBody(request);
        const { params, headers, raw } = request;
        const range = byteRangeOf(headers['content-range'], headers['content-length']);
        const digests = { part: sha256In(headers['content-digest']), file: sha256In(headers['repr-digest']) };
        const uploads = uploadsOf(request);
        try {
          const file = await uploads.receive(params.id, params['*'], range, wholeBody(raw), digests);
          say(reply, file);
          // All of the body was read, so the connection may take the next part.
          reply.removeHeader('connection');
          return reply.status(file.received === file.bytes ? 201 : 200).send(file);
        } catch (thrown) {
          if (thrown instanceof ProbelogError && typeof thrown.details.received === 'number')
            reply.header('upload-offset', thrown.details.received);
          throw thrown;
        }
      },
    });
    scope.route<Route>({
      method: ['HEAD', 'GET'],
      url: '/model-uploads/:id/*',
      config: { requiredScopes: ['INGEST'] },
      handler: async (request, reply) => {
        const name = request.params['*'];
        const file = await uploadsOf(request).progress(request.params.id, name);
        say(reply.header('cache-control', 'no-store'), file);
        return reply.send(file ?? { name, bytes: null, received: 0 });
      },
    });
  });
}

function say(reply: FastifyReply, file: UploadedFile | null): void {
  reply.header('upload-offset', file?.received ?? 0);
  reply.header('upload-complete', file !== null && file.received === file.bytes ? '?1' : '?0');
  if (file) reply.header('upload-length', file.bytes);
}
