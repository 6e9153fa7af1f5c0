import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import type { Misbehaviour } from './upstream.js';

const mebibyte = 1024 * 1024;
const jsonType = { 'content-type': 'application/json' };

async function sendRepeatedly(res: ServerResponse, chunk: Buffer | string, pauseMs: number) {
  while (!res.destroyed) {
    const isTaken = res.write(chunk);
    if (pauseMs > 0) await sleep(pauseMs);
    else if (!isTaken)
      await Promise.race([new Promise((resolve) => res.once('drain', resolve)), closed(res)]);
  }
}

const closed = (res: ServerResponse) => new Promise((resolve) => res.once('close', resolve));

const endless =
  (headers: Record<string, string>, chunk: string): Misbehaviour =>
  (_req, res) => {
    res.writeHead(200, headers);
    return sendRepeatedly(res, chunk.repeat(mebibyte / 16 / chunk.length), 0);
  };

/** 256 MiB of zeros, as members of one gzip file (RFC 1952 section 2.2). */
const bomb = Buffer.concat(Array.from({ length: 16 }, () => gzipSync(Buffer.alloc(16 * mebibyte))));

const compressed =
  (encoding: string, body: Buffer): Misbehaviour =>
  (_req, res) =>
    res.writeHead(200, { ...jsonType, 'content-encoding': encoding }).end(body);

/** Bodies without end, or that expand without bounds. */
export const oversized: [string, Misbehaviour][] = [
  ['an endless body', endless(jsonType, ' ')],
  ['an endless string', endless(jsonType, 'a')],
  ['endless brackets', endless(jsonType, '[')],
  ['an endless event stream', endless({ 'content-type': 'text/event-stream' }, 'data: {}\n\n')],
  ['an endless event', endless({ 'content-type': 'text/event-stream' }, 'data: more\n')],
  ['a gzip bomb', compressed('gzip', bomb)],
  ['a gzip bomb in a gzip file', compressed('gzip, gzip', gzipSync(bomb))],
];

const nested = (open: string, close: string, depth: number): Misbehaviour => {
  return (_req, res) => res.writeHead(200, jsonType).end(open.repeat(depth) + close.repeat(depth));
};

/** Bodies of less than a mebibyte that take much more memory when parsed. */
export const expensive: [string, Misbehaviour][] = [
  ['half a million nested lists', nested('[', ']', 500_000)],
  ['a hundred thousand nested objects', nested('{"a":[', ']}', 100_000)],
  [
    'a list of three hundred thousand objects',
    (_req, res) => res.writeHead(200, jsonType).end(`[${'{},'.repeat(300_000)}{}]`),
  ],
];

/** Bodies that do not arrive. */
export const slow: [string, Misbehaviour][] = [
  ['no response', (_req, res) => closed(res)],
  [
    'a response that stops after its start',
    (_req, res) => {
      res.writeHead(200, jsonType).write('{"access_token":');
      return closed(res);
    },
  ],
];

/** Sends a body without end, slowly. */
export const trickling: Misbehaviour = (_req, res) => {
  res.writeHead(200, jsonType);
  return sendRepeatedly(res, ' ', 50);
};
