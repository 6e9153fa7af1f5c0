import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate } from 'node:zlib';
import type { RequestHandler } from 'express';

/** The largest body in bytes, both as sent and decompressed. */
export const maxBodyBytes = 1024 * 1024;

/** Limits the time that a client may keep sending a refused body. Closing at once could lose the response on its way. */
const lingerMs = 1_000;

/** A body that isn't used. `status` is the HTTP status of its response. */
export class BodyError extends Error {
  override readonly name = 'BodyError';

  constructor(readonly status: 400 | 413 | 415) {
    super(`The request body was refused with ${status}.`);
  }
}

const decoders = new Map([
  ['gzip', promisify(gunzip)],
  ['x-gzip', promisify(gunzip)],
  ['deflate', promisify(inflate)],
  ['br', promisify(brotliDecompress)],
]);

/**
 * Reads a body of at most `maxBodyBytes`, and decompresses it to at most as many. Reads nothing of a body that declares
 * more, and stops at the limit otherwise. The connection of a body that is too large closes after the response.
 * @throws BodyError
 */
export async function readBody(req: IncomingMessage, res: ServerResponse): Promise<Buffer> {
  const encoding = req.headers['content-encoding']?.toLowerCase() ?? 'identity';
  const decode = decoders.get(encoding);
  if (!decode && encoding !== 'identity') throw new BodyError(415);
  const body = await readAsSent(req, res);
  if (!decode || body.length === 0) return body;
  try {
    return await decode(body, { maxOutputLength: maxBodyBytes });
  } catch (error) {
    throw new BodyError((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE' ? 413 : 400);
  }
}

/** Reads and discards the body of a form whose fields aren't used. A body that is too large is refused. */
export const discardBody: RequestHandler = async (req, res, next) => {
  await readAsSent(req, res);
  next();
};

/**
 * Closes the connection after a response to a request whose body is too large or of unknown length, and wasn't read to its
 * end. Node would read and discard the rest, for as long as the client sends.
 */
export const closeAfterUnreadBody: RequestHandler = (req, res, next) => {
  if (declaresTooMuch(req)) closeUnread(req, res);
  else if (req.headers['transfer-encoding'] !== undefined) {
    res.once('finish', () => {
      if (!req.complete) linger(req.socket);
    });
  }
  next();
};

/** Returns true for a request with a body (RFC 9112, 6.3). One of length 0 counts as none. */
export function hasBody({ headers }: IncomingMessage): boolean {
  return Number(headers['content-length'] ?? 0) > 0 || headers['transfer-encoding'] !== undefined;
}

function declaresTooMuch({ headers }: IncomingMessage): boolean {
  return Number(headers['content-length']) > maxBodyBytes;
}

function readAsSent(req: IncomingMessage, res: ServerResponse): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const refuse = (status: 400 | 413) => {
      req.removeAllListeners('data');
      req.resume();
      if (status === 413) closeUnread(req, res);
      reject(new BodyError(status));
    };
    if (declaresTooMuch(req)) return refuse(413);
    const chunks: Buffer[] = [];
    let length = 0;
    req.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length > maxBodyBytes) refuse(413);
      else chunks.push(chunk);
    });
    req.once('end', () => resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)));
    req.once('error', () => refuse(400));
  });
}

/** Makes the response the last one of its connection, which closes within `lingerMs` of it. */
function closeUnread({ socket }: IncomingMessage, res: ServerResponse): void {
  res.shouldKeepAlive = false;
  // Node calls this after the last response. Its own implementation resets the connection while the client still sends,
  // and the client may then lose the response.
  socket.destroySoon = () => linger(socket);
}

/** Ends the response side of a connection at once, and the request side when the client closes or `lingerMs` later. */
function linger(socket: Socket): void {
  socket.end();
  setTimeout(() => socket.destroy(), lingerMs).unref();
}
