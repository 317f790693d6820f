import { STATUS_CODES } from 'node:http';
import { contentOf, follow, openConnections } from './follow.js';
import type { ConfiguredOrigin, DownloadLimits } from './remote-file.js';
import { asSourceError, paceOf } from './source-errors.js';

/**
 * A `fetch` for clients of a registry: GET only, under the rules of downloads, with credentials for the configured origin only,
 * whatever origin a response points the client to. The body is read whole, up to `maxBytes`.
 *
 * @throws ProbelogError SOURCE_FORBIDDEN, SOURCE_UNREACHABLE, SOURCE_TIMEOUT, MODEL_TOO_LARGE; the client judges statuses
 */
export function guardedFetch(
  at: ConfiguredOrigin,
  limits: DownloadLimits,
  signal?: AbortSignal,
): typeof fetch {
  return async (input, init) => {
    const url = input instanceof Request ? input.url : String(input);
    const connections = await openConnections(limits);
    try {
      const pace = paceOf({ url }, limits);
      const send = () =>
        follow(
          { url, at },
          {
            connections,
            limits,
            signal,
            headers: Object.fromEntries(new Headers(init?.headers)),
            accept: (status) => status < 300 || status > 399,
          },
        );
      const response = await pace.wait(send);
      const { statusCode, headers } = response;
      const chunks: Buffer[] = [];
      for await (const chunk of contentOf(response, limits, pace)) chunks.push(chunk);
      const responseHeaders = new Headers();
      for (const [name, value] of Object.entries(headers)) {
        for (const line of [value ?? []].flat()) responseHeaders.append(name, line);
      }
      const bodiless = statusCode === 204;
      return new Response(bodiless ? null : Buffer.concat(chunks), {
        status: statusCode,
        statusText: STATUS_CODES[statusCode],
        headers: responseHeaders,
      });
    } catch (thrown) {
      throw signal?.aborted ? signal.reason : asSourceError(thrown, { url }, limits);
    } finally {
      await connections.end();
    }
  };
}
