import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { ServeSettings } from '../../src/app.js';
import { startApp, type TestApp } from '../support/app.js';
import { createCertificateAuthority } from '../support/certificates.js';
import { watchConnections, type ConnectionAttempts } from '../support/connection-attempts.js';
import { startDnsServer, type DnsServer, type Zone } from '../support/dns-server.js';
import { seedSignedInUser, type SignedInUser } from '../support/seed.js';
import { visit } from '../accounts/world.js';
import { startUpstream, type Upstream } from './upstream.js';

/** A listener that no request may contact. */
export interface Canary {
  /** `127.0.0.2:4711`, `[::1]:4711` */
  readonly host: string;
  readonly port: number;
  hits: number;
  close(): Promise<void>;
}

/** The application, an upstream that can misbehave, and listeners that must not be contacted. */
export interface HostileWorld {
  app: TestApp;
  upstream: Upstream;
  dns: DnsServer;
  /** Canaries on refused addresses: 127.0.0.2 with the upstream's port and with another one, and ::1. */
  canaries: { neighbour: Canary; loopback: Canary; loopback6: Canary };
  /** A canary for plain HTTP on the allowed address. */
  plain: Canary;
  attempts: ConnectionAttempts;
  admin: SignedInUser;
  /** A server that was added, discovered and registered with valid responses. */
  serverId: string;
  /** Creates a world with a separate upstream, administrator and server in the same application. */
  separate(): Promise<HostileWorld>;
  /** Resets the counts of contacts. */
  resetContacts(): void;
  /** @throws Error if a forbidden address was contacted, or a connection to it was attempted */
  expectNoContact(): void;
  close(): Promise<void>;
}

/** Starts a world that allows `127.0.0.1` and no other private address. */
export async function startHostileWorld(
  options: { app?: Partial<ServeSettings>; names?: string[]; zone?: Zone } = {},
): Promise<HostileWorld> {
  const authority = createCertificateAuthority();
  const upstream = await startUpstream(options.names, authority);
  const dns = await startDnsServer(options.zone ?? {});
  const app = await startApp({
    allowedPrivateCidrs: ['127.0.0.1/32'],
    extraCa: upstream.ca,
    resolver: dns.resolve,
    ...options.app,
  });
  const admin = await seedSignedInUser(app, { role: 'ADMIN' });
  const canaries = {
    neighbour: await startCanary('127.0.0.2', upstream.port),
    loopback: await startCanary('127.0.0.2'),
    loopback6: await startCanary('::1'),
  };
  const plain = await startCanary('127.0.0.1');
  const serverId = await addServer(admin, upstream.mcpUrl);
  const attempts = watchConnections();
  const upstreams = [upstream];
  const world: HostileWorld = {
    app,
    upstream,
    dns,
    canaries,
    plain,
    attempts,
    admin,
    serverId,
    async separate() {
      const another = await startUpstream([], authority);
      upstreams.push(another);
      const admin = await seedSignedInUser(app, { role: 'ADMIN' });
      return { ...world, upstream: another, admin, serverId: await addServer(admin, another.mcpUrl) };
    },
    resetContacts() {
      for (const canary of [...Object.values(canaries), plain]) canary.hits = 0;
      attempts.forget();
    },
    expectNoContact() {
      const hits = [...Object.values(canaries), plain].map((canary) => canary.hits);
      const forbidden = new Set([`::1:${canaries.loopback6.port}`, `127.0.0.1:${plain.port}`]);
      expect(hits).toEqual([0, 0, 0, 0]);
      expect(attempts.beyondLoopback()).toEqual([]);
      expect(attempts.made.filter((attempt) => forbidden.has(attempt))).toEqual([]);
    },
    async close() {
      attempts.stop();
      await app.close();
      await Promise.all(
        [...Object.values(canaries), plain, ...upstreams, dns].map((opened) => opened.close()),
      );
    },
  };
  return world;
}

async function startCanary(address: string, atPort = 0): Promise<Canary> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    canary.hits += 1;
    sockets.add(socket.on('error', () => {}));
  });
  server.listen(atPort, address);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const canary: Canary = {
    host: `${address.includes(':') ? `[${address}]` : address}:${port}`,
    port,
    hits: 0,
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
  return canary;
}

const create = `mutation ($input: CreateMcpServerConfigInput!) { createMcpServerConfig(input: $input) { server { id } } }`;

/** Returns the mutation that adds a server by its URL alone. */
export function creation(url: string, more: Record<string, unknown> = {}) {
  const input = { slug: `hostile-${randomUUID().slice(0, 8)}`, displayName: 'Hostile', url, enabled: true };
  return { document: create, variables: { input: { ...input, authType: 'OAUTH2', ...more } } };
}

export async function addServer(
  admin: SignedInUser,
  url: string,
  more: Record<string, unknown> = {},
): Promise<string> {
  const { document, variables } = creation(url, more);
  const data = await admin.graphql.data<{ createMcpServerConfig: { server: { id: string } } }>(
    document,
    variables,
  );
  return data.createMcpServerConfig.server.id;
}

/** Returns the callback URL that the provider redirects the user to after approval. */
export async function approved(
  { app, upstream }: HostileWorld,
  user: SignedInUser,
  serverId: string,
  params: Record<string, string> = { code: 'good-code', iss: upstream.origin },
): Promise<string> {
  const connectUrl = `${app.publicUrl}/mcp-servers/${serverId}/oauth2/connect`;
  const answer = await visit(app, user, connectUrl);
  const location = answer.headers.get('location');
  if (answer.status !== 302 || location === null) throw new Error(`connect answered ${answer.status}`);
  const sent = new URL(location).searchParams;
  const callback = new URL(sent.get('redirect_uri') ?? '');
  callback.search = String(new URLSearchParams({ state: sent.get('state') ?? '', ...params }));
  return callback.href;
}

/** Creates a user with an account that was connected with valid responses. */
export async function connected(world: HostileWorld, serverId = world.serverId): Promise<SignedInUser> {
  const user = await seedSignedInUser(world.app);
  const answer = await visit(world.app, user, await approved(world, user, serverId));
  if (answer.status !== 200)
    throw new Error(`The callback answered ${answer.status}: ${await answer.text()}`);
  return user;
}
