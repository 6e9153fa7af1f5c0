import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { Resolver } from 'node:dns/promises';

/** Addresses by name. The n-th query gets the n-th list, and later queries get the last one. */
export type Zone = Record<string, string[][]>;

export interface DnsServer {
  /** The names of all queries of type A. */
  questions: string[];
  /** Resolves A and AAAA records with this server. A resolver for the guarded fetch. */
  resolve(hostname: string): Promise<string[]>;
  close(): Promise<void>;
}

const typeA = 1;
const typeAaaa = 28;

/** Starts a minimal DNS server on UDP (RFC 1035). It answers A and AAAA, and can change its answers. */
export async function startDnsServer(zone: Zone): Promise<DnsServer> {
  const questions: string[] = [];
  const socket = createSocket('udp4');
  socket.on('message', (query, from) => {
    const { name, type, end } = readQuestion(query);
    if (type === typeA) questions.push(name);
    const answers = zone[name];
    const asked = questions.filter((question) => question === name).length;
    const addresses = answers?.[Math.min(asked, answers.length) - 1] ?? [];
    const wanted = addresses.filter((address) => address.includes(':') === (type === typeAaaa));
    socket.send(answer(query, end, answers !== undefined, wanted.map(toBytes)), from.port, from.address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');

  const resolver = new Resolver({ timeout: 1_000, tries: 1 });
  resolver.setServers([`127.0.0.1:${socket.address().port}`]);
  const orNone = (lookup: Promise<string[]>) => lookup.catch(() => []);
  return {
    questions,
    async resolve(hostname) {
      const v4 = await orNone(resolver.resolve4(hostname));
      return [...v4, ...(await orNone(resolver.resolve6(hostname)))];
    },
    async close() {
      resolver.cancel();
      socket.close();
      await once(socket, 'close');
    },
  };
}

function readQuestion(query: Buffer): { name: string; type: number; end: number } {
  const labels: string[] = [];
  let at = 12;
  for (let length = query.readUInt8(at); length > 0; length = query.readUInt8(at)) {
    labels.push(query.toString('ascii', at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: labels.join('.').toLowerCase(), type: query.readUInt16BE(at + 1), end: at + 5 };
}

function answer(query: Buffer, questionEnd: number, known: boolean, addresses: Buffer[]): Buffer {
  const header = Buffer.from(query.subarray(0, 12));
  header.writeUInt16BE(known ? 0x8580 : 0x8583, 2); // authoritative, or NXDOMAIN
  header.writeUInt16BE(addresses.length, 6);
  header.writeUInt32BE(0, 8);
  const records = addresses.map((address) => {
    const record = Buffer.alloc(12);
    record.writeUInt16BE(0xc00c, 0); // the name in the question
    record.writeUInt16BE(address.length === 4 ? typeA : typeAaaa, 2);
    record.writeUInt16BE(1, 4);
    record.writeUInt16BE(address.length, 10); // after a TTL of 0
    return Buffer.concat([record, address]);
  });
  return Buffer.concat([header, query.subarray(12, questionEnd), ...records]);
}

/** Returns the bytes of an address. IPv6 must have all eight groups. */
function toBytes(address: string): Buffer {
  if (!address.includes(':')) return Buffer.from(address.split('.').map(Number));
  return Buffer.from(
    address.split(':').flatMap((group) => [parseInt(group, 16) >> 8, parseInt(group, 16) & 255]),
  );
}
