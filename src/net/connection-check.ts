import { once } from 'node:events';
import { connect as connectTcp, isIP, type LookupFunction, type Socket } from 'node:net';
import { connect as connectTls, type ConnectionOptions, type TLSSocket } from 'node:tls';
import type { AddressRules } from './address-rules.js';
import { judgeAddresses, type JudgedAddress, type Resolver } from './resolution.js';

/** What keeps a connection from being made. */
export type ConnectionProblem =
  | 'NO_ADDRESS'
  | 'ADDRESS_REFUSED'
  | 'NOBODY_LISTENS'
  | 'NO_ROUTE'
  /** Nothing came back in time. */
  | 'SILENCE'
  | 'BROKEN_OFF'
  /** What answers speaks no TLS, or none that is still spoken. */
  | 'NO_TLS'
  | 'CERTIFICATE_EXPIRED'
  | 'CERTIFICATE_NOT_YET_VALID'
  | 'CERTIFICATE_FOR_ANOTHER_NAME'
  | 'CERTIFICATE_UNTRUSTED';

/** One phase of making a connection, as evidence for administrators: names and addresses are for nobody else. */
export interface ConnectionPhase {
  phase: 'DNS' | 'ADDRESS' | 'CONNECT' | 'TLS';
  durationMs: number;
  /** null: it went well. */
  problem: ConnectionProblem | null;
  /** What came, in our own words; of a certificate only its dates. */
  detail: string;
}

export interface ExaminationOptions {
  rules: AddressRules;
  resolve: Resolver;
  /** As for every request. */
  tls: ConnectionOptions;
  signal: AbortSignal;
  /** For each phase. */
  timeoutMs: number;
}

/**
 * Makes a connection as a request would, phase by phase, and drops it: to the same addresses, under the same rules, and
 * with nothing sent over it. It ends with the first phase that fails. Never throws.
 */
export async function examineConnection(url: URL, options: ExaminationOptions): Promise<ConnectionPhase[]> {
  const examination = new Examination(url, options);
  await examination.run();
  return examination.phases;
}

class Examination {
  readonly phases: ConnectionPhase[] = [];
  readonly #host: string;
  readonly #port: number;
  readonly #isSecure: boolean;

  constructor(
    url: URL,
    private readonly options: ExaminationOptions,
  ) {
    this.#host = url.hostname.replace(/^\[(.*)\]$/, '$1');
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

  /** The addresses that may be connected to, all of them or none; null when it ends here. */
  async #permittedAddresses(): Promise<string[] | null> {
    const clock = startClock();
    const judged = await this.#resolve();
    if (judged === null || judged.length === 0) {
      if (judged === null) this.#note('DNS', clock, 'SILENCE', 'The name was not resolved in time.');
      else
        this.#note('DNS', clock, 'NO_ADDRESS', 'The name could not be resolved: no address is known for it.');
      return null;
    }
    if (isIP(this.#host) === 0) {
      const addresses = judged.map(({ address }) => address).toSorted();
      this.#note('DNS', clock, null, `It resolves to ${addresses.join(', ')}.`);
    }
    const refused = judged.filter(({ permitted }) => !permitted).map(({ address }) => address);
    this.#note(
      'ADDRESS',
      clock,
      refused.length > 0 ? 'ADDRESS_REFUSED' : null,
      refused.length > 0
        ? `Private or reserved, and not listed in ALLOWED_PRIVATE_CIDRS: ${refused.join(', ')}.`
        : 'Every address may be reached.',
    );
    return refused.length > 0 ? null : judged.map(({ address }) => address);
  }

  /** null: no answer in time. */
  async #resolve(): Promise<JudgedAddress[] | null> {
    const { rules, resolve, timeoutMs, signal } = this.options;
    if (isIP(this.#host) !== 0) return [{ address: this.#host, permitted: rules.permits(this.#host) }];
    const late = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
    // A resolver cannot be cancelled; whether it answers later is nobody's concern.
    const giveUp = once(late, 'abort').then(() => null);
    return late.aborted ? null : Promise.race([judgeAddresses(this.#host, rules, resolve), giveUp]);
  }

  async #connect(addresses: readonly string[]): Promise<Socket | null> {
    const clock = startClock();
    const socket = connectTcp({ host: this.#host, port: this.#port, lookup: lookupOf(addresses) });
    const failure = await this.#until(socket, 'connect');
    if (!failure) {
      const detail = `Port ${this.#port} of ${socket.remoteAddress ?? addresses[0]} accepts connections.`;
      this.#note('CONNECT', clock, null, detail);
      return socket;
    }
    socket.destroy();
    const problem = connectProblem(failure);
    this.#note('CONNECT', clock, problem, connectDetails[problem](this.#port));
    return null;
  }

  async #secure(socket: Socket): Promise<void> {
    const clock = startClock();
    const secured = connectTls({
      ...this.options.tls,
      // Only here, where nothing is ever sent: else a certificate that is refused could not be asked for its dates.
      rejectUnauthorized: false,
      ALPNProtocols: ['http/1.1'],
      socket,
      host: this.#host,
      ...(isIP(this.#host) === 0 && { servername: this.#host }),
    });
    const failure = await this.#until(secured, 'secureConnect');
    if (failure) {
      const problem = failure === 'SILENCE' || failure === 'ECONNRESET' ? connectProblem(failure) : 'NO_TLS';
      this.#note('TLS', clock, problem, tlsDetails[problem] ?? '');
      secured.destroy();
      return;
    }
    const problem = certificateProblem(secured);
    const validity = validityOf(secured);
    const verdict = problem
      ? tlsDetails[problem]
      : `${secured.getProtocol() ?? 'TLS'} with a trusted certificate for this name.`;
    this.#note('TLS', clock, problem, `${verdict} ${validity}`.trim());
    secured.destroy();
  }

  /** null once the event has come, else why it did not. */
  async #until(socket: Socket, event: 'connect' | 'secureConnect'): Promise<string | null> {
    const { signal, timeoutMs } = this.options;
    const late = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
    const broken = new Promise<never>((_resolve, reject) => {
      socket.once('close', () => reject(Object.assign(new Error(), { code: 'ECONNRESET' })));
      // Once it is given up, whatever else goes wrong with it has no listener.
      socket.on('error', reject);
    });
    try {
      await Promise.race([once(socket, event, { signal: late }), broken]);
      return null;
    } catch (error) {
      if (late.aborted) return 'SILENCE';
      const { code } = error as { code?: unknown };
      return typeof code === 'string' ? code : 'UNKNOWN';
    } finally {
      broken.catch(() => {});
    }
  }

  #note(
    phase: ConnectionPhase['phase'],
    clock: () => number,
    problem: ConnectionProblem | null,
    detail: string,
  ): void {
    this.phases.push({ phase, durationMs: clock(), problem, detail });
  }
}

type ConnectProblem = 'NOBODY_LISTENS' | 'NO_ROUTE' | 'SILENCE' | 'BROKEN_OFF';

function connectProblem(code: string): ConnectProblem {
  switch (code) {
    case 'ECONNREFUSED':
      return 'NOBODY_LISTENS';
    case 'SILENCE':
    case 'ETIMEDOUT':
      return 'SILENCE';
    case 'ECONNRESET':
    case 'EPIPE':
      return 'BROKEN_OFF';
    default:
      return 'NO_ROUTE';
  }
}

const connectDetails: Record<ConnectProblem, (port: number) => string> = {
  NOBODY_LISTENS: (port) => `Nobody listens at port ${port}: the connection was refused.`,
  NO_ROUTE: () => 'There is no way to this address from here.',
  SILENCE: (port) => `Nothing came back from port ${port} in time.`,
  BROKEN_OFF: (port) => `The connection to port ${port} broke off at once.`,
};

const tlsDetails: Partial<Record<ConnectionProblem, string>> = {
  SILENCE: 'The TLS handshake was not answered in time.',
  BROKEN_OFF: 'The connection broke off during the TLS handshake.',
  NO_TLS: 'What answers here speaks no TLS, or only versions that are not safe any more.',
  CERTIFICATE_EXPIRED: 'The certificate has expired.',
  CERTIFICATE_NOT_YET_VALID: 'The certificate is not valid yet.',
  CERTIFICATE_FOR_ANOTHER_NAME: 'The certificate is for another name.',
  CERTIFICATE_UNTRUSTED: 'The certificate is of no authority that is trusted here.',
};

function certificateProblem({ authorized, authorizationError }: TLSSocket): ConnectionProblem | null {
  if (authorized) return null;
  // Node's types promise an Error; it is the error's code.
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

function validityOf(socket: TLSSocket): string {
  const { valid_from: from, valid_to: to } = socket.getPeerCertificate();
  const [start, end] = [new Date(from), new Date(to)];
  if (Number.isNaN(start.getTime()) || Number.isNaN(end.getTime())) return '';
  return `It is valid from ${start.toISOString()} to ${end.toISOString()}.`;
}

/** Answers with the addresses that were judged, and with nothing else. */
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
