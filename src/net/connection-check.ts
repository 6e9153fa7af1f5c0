import { once } from 'node:events';
import { connect as connectTcp, isIP, type LookupFunction, type Socket } from 'node:net';
import { connect as connectTls, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { hostOf, type AddressRules } from './address-rules.js';
import { checkAddresses, type CheckedAddress, type Resolver } from './resolution.js';

/** The reason why a connection could not be established. */
export type PhaseFailure =
  | 'NO_ADDRESS'
  | 'ADDRESS_REFUSED'
  | 'CONNECTION_REFUSED'
  | 'NO_ROUTE'
  | 'TIMEOUT'
  | 'CONNECTION_CLOSED'
  /** The server supports no TLS, or only versions that are no longer secure. */
  | 'TLS_UNSUPPORTED'
  | 'CERTIFICATE_EXPIRED'
  | 'CERTIFICATE_NOT_YET_VALID'
  | 'CERTIFICATE_FOR_ANOTHER_NAME'
  | 'CERTIFICATE_UNTRUSTED';

/** One phase of a connection, as evidence. It contains host names and addresses: for administrators only. */
export interface ConnectionPhase {
  phase: 'DNS' | 'ADDRESS' | 'CONNECT' | 'TLS';
  durationMs: number;
  /** Null if the phase succeeded. */
  failure: PhaseFailure | null;
  /** The result in a sentence of this file. Of a certificate it contains the dates only. */
  detail: string;
}

export interface ConnectionCheckOptions {
  rules: AddressRules;
  resolve: Resolver;
  /** The TLS options of all requests. */
  tls: ConnectionOptions;
  signal: AbortSignal;
  /** The timeout of each phase. */
  timeoutMs: number;
}

/**
 * Connects as a request would, phase by phase, and closes the connection: to the same addresses, under the same rules,
 * and without sending anything. It stops after the first phase that fails. Never throws.
 */
export async function checkConnection(url: URL, options: ConnectionCheckOptions): Promise<ConnectionPhase[]> {
  const check = new ConnectionCheck(url, options);
  await check.run();
  return check.phases;
}

class ConnectionCheck {
  readonly phases: ConnectionPhase[] = [];
  readonly #host: string;
  readonly #port: number;
  readonly #isSecure: boolean;

  constructor(
    url: URL,
    private readonly options: ConnectionCheckOptions,
  ) {
    this.#host = hostOf(url);
    this.#isSecure = url.protocol === 'https:';
    this.#port = Number(url.port) || (this.#isSecure ? 443 : 80);
  }

  async run(): Promise<void> {
    const addresses = await this.#permittedAddresses();
    if (!addresses) return;
    const socket = await this.#connect(addresses);
    if (!socket) return;
    try {
      if (this.#isSecure) await this.#secure(socket);
    } finally {
      socket.destroy();
    }
  }

  /** Returns the addresses of the host if all of them are permitted, else null. */
  async #permittedAddresses(): Promise<string[] | null> {
    const clock = startClock();
    const checked = await this.#resolve();
    if (checked === null || checked.length === 0) {
      if (checked === null) this.#note('DNS', clock, 'TIMEOUT', 'The host name was not resolved in time.');
      else this.#note('DNS', clock, 'NO_ADDRESS', 'The host name could not be resolved: it has no address.');
      return null;
    }
    if (isIP(this.#host) === 0) {
      const addresses = checked.map(({ address }) => address).toSorted();
      this.#note('DNS', clock, null, `The host name resolves to ${addresses.join(', ')}.`);
    }
    const refused = checked.filter(({ permitted }) => !permitted).map(({ address }) => address);
    if (refused.length > 0) {
      const detail = `Private or reserved, and not allowed: ${refused.join(', ')}.`;
      this.#note('ADDRESS', clock, 'ADDRESS_REFUSED', detail);
      return null;
    }
    this.#note('ADDRESS', clock, null, 'Every address is permitted.');
    return checked.map(({ address }) => address);
  }

  /** Returns null when the resolver does not answer in time. */
  async #resolve(): Promise<CheckedAddress[] | null> {
    const { rules, resolve, timeoutMs, signal } = this.options;
    if (isIP(this.#host) !== 0) return [{ address: this.#host, permitted: rules.permits(this.#host) }];
    const late = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
    // A resolver cannot be cancelled. A later result is ignored.
    const timedOut = once(late, 'abort').then(() => null);
    return late.aborted ? null : Promise.race([checkAddresses(this.#host, rules, resolve), timedOut]);
  }

  async #connect(addresses: readonly string[]): Promise<Socket | null> {
    const clock = startClock();
    const socket = connectTcp({ host: this.#host, port: this.#port, lookup: lookupOf(addresses) });
    const code = await this.#until(socket, 'connect');
    if (!code) {
      const detail = `Port ${this.#port} of ${socket.remoteAddress ?? addresses[0]} accepts connections.`;
      this.#note('CONNECT', clock, null, detail);
      return socket;
    }
    socket.destroy();
    const failure = connectFailureOf(code);
    this.#note('CONNECT', clock, failure, connectDetails[failure](this.#port));
    return null;
  }

  async #secure(socket: Socket): Promise<void> {
    const clock = startClock();
    const secured = connectTls({
      ...this.options.tls,
      // Only here, where nothing is sent: otherwise the dates of a refused certificate could not be read.
      rejectUnauthorized: false,
      ALPNProtocols: ['http/1.1'],
      socket,
      host: this.#host,
      ...(isIP(this.#host) === 0 && { servername: this.#host }),
    });
    const code = await this.#until(secured, 'secureConnect');
    if (code) {
      const failure = handshakeFailureOf(code);
      this.#note('TLS', clock, failure, handshakeDetails[failure]);
    } else {
      const failure = certificateFailureOf(secured);
      this.#note('TLS', clock, failure, certificateDetail(failure, secured));
    }
    secured.destroy();
  }

  /** Waits for the event. Returns null when it comes, else the code of the error. */
  async #until(socket: Socket, event: 'connect' | 'secureConnect'): Promise<string | null> {
    const { signal, timeoutMs } = this.options;
    const late = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
    const broken = new Promise<never>((_resolve, reject) => {
      socket.once('close', () => reject(Object.assign(new Error(), { code: 'ECONNRESET' })));
      // Stays attached: a later error of an abandoned socket would otherwise have no listener.
      socket.on('error', reject);
    });
    try {
      await Promise.race([once(socket, event, { signal: late }), broken]);
      return null;
    } catch (error) {
      if (late.aborted) return 'ETIMEDOUT';
      const { code } = error as { code?: unknown };
      return typeof code === 'string' ? code : 'UNKNOWN';
    } finally {
      broken.catch(() => {});
    }
  }

  #note(
    phase: ConnectionPhase['phase'],
    clock: () => number,
    failure: PhaseFailure | null,
    detail: string,
  ): void {
    this.phases.push({ phase, durationMs: clock(), failure, detail });
  }
}

type ConnectFailure = 'CONNECTION_REFUSED' | 'NO_ROUTE' | 'TIMEOUT' | 'CONNECTION_CLOSED';

function connectFailureOf(code: string): ConnectFailure {
  switch (code) {
    case 'ECONNREFUSED':
      return 'CONNECTION_REFUSED';
    case 'ETIMEDOUT':
      return 'TIMEOUT';
    case 'ECONNRESET':
    case 'EPIPE':
      return 'CONNECTION_CLOSED';
    default:
      return 'NO_ROUTE';
  }
}

const connectDetails: Record<ConnectFailure, (port: number) => string> = {
  CONNECTION_REFUSED: (port) => `Connection refused on port ${port}.`,
  NO_ROUTE: () => 'No route to this address.',
  TIMEOUT: (port) => `The connection to port ${port} timed out.`,
  CONNECTION_CLOSED: (port) => `The connection to port ${port} was closed immediately.`,
};

type HandshakeFailure = 'TIMEOUT' | 'CONNECTION_CLOSED' | 'TLS_UNSUPPORTED';

function handshakeFailureOf(code: string): HandshakeFailure {
  if (code === 'ETIMEDOUT') return 'TIMEOUT';
  return code === 'ECONNRESET' ? 'CONNECTION_CLOSED' : 'TLS_UNSUPPORTED';
}

const handshakeDetails: Record<HandshakeFailure, string> = {
  TIMEOUT: 'The TLS handshake timed out.',
  CONNECTION_CLOSED: 'The connection was closed during the TLS handshake.',
  TLS_UNSUPPORTED: 'The server supports no TLS, or only versions that are no longer secure.',
};

type CertificateFailure = Extract<PhaseFailure, `CERTIFICATE_${string}`>;

function certificateFailureOf({ authorized, authorizationError }: TLSSocket): CertificateFailure | null {
  if (authorized) return null;
  // Node's types promise an Error. At run time it is the error's code.
  switch (String(authorizationError)) {
    case 'CERT_HAS_EXPIRED':
      return 'CERTIFICATE_EXPIRED';
    case 'CERT_NOT_YET_VALID':
      return 'CERTIFICATE_NOT_YET_VALID';
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return 'CERTIFICATE_FOR_ANOTHER_NAME';
    default:
      return 'CERTIFICATE_UNTRUSTED';
  }
}

function certificateDetail(failure: CertificateFailure | null, socket: TLSSocket): string {
  const { valid_from: from, valid_to: to } = socket.getPeerCertificate();
  const [start, end] = [new Date(from), new Date(to)];
  const hasDates = !Number.isNaN(start.getTime()) && !Number.isNaN(end.getTime());
  if (failure === 'CERTIFICATE_EXPIRED' && hasDates) {
    return `The certificate expired on ${end.toISOString()}. It was valid from ${start.toISOString()}.`;
  }
  const validity = hasDates ? ` It is valid from ${start.toISOString()} to ${end.toISOString()}.` : '';
  const sentence = failure
    ? certificateDetails[failure]
    : `${socket.getProtocol() ?? 'TLS'} with a trusted certificate for this host name.`;
  return sentence + validity;
}

const certificateDetails: Record<CertificateFailure, string> = {
  CERTIFICATE_EXPIRED: 'The certificate has expired.',
  CERTIFICATE_NOT_YET_VALID: 'The certificate is not valid yet.',
  CERTIFICATE_FOR_ANOTHER_NAME: 'The certificate is for another host name.',
  CERTIFICATE_UNTRUSTED: 'The certificate is not issued by a trusted authority.',
};

/** Returns a lookup that returns the checked addresses only. */
function lookupOf(addresses: readonly string[]): LookupFunction {
  const found = addresses.map((address) => ({ address, family: isIP(address) }));
  return (_hostname, options, callback) => {
    const [first] = found;
    if (options.all || !first) callback(null, found);
    else callback(null, first.address, first.family);
  };
}

function startClock(): () => number {
  const startedAt = performance.now();
  return () => Math.round(performance.now() - startedAt);
}
