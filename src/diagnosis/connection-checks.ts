import type { PhaseFailure, ConnectionPhase, GuardedFetch } from '../net/guarded-fetch.js';
import type { Operator, ResponsibleParty } from '../oauth2/report/failure.js';
import type { DiagnosisStep, DiagnosisFailure } from './diagnosis.js';

/** Checks the connections to the MCP server and its authorization server. It checks each origin once. */
export class ConnectionChecks {
  readonly #checked = new Set<string>();

  constructor(
    private readonly outbound: Pick<GuardedFetch, 'checkConnection'>,
    private readonly signal: AbortSignal,
  ) {}

  /** Checks a connection to the URL's origin. Returns no steps if it has been checked before. */
  async check(
    url: string,
    operator: Operator,
  ): Promise<{ steps: DiagnosisStep[]; failure: DiagnosisFailure | null }> {
    const { origin, host } = new URL(url);
    if (this.#checked.has(origin)) return { steps: [], failure: null };
    this.#checked.add(origin);
    const phases = await this.outbound.checkConnection(origin, this.signal);
    const failed = phases.find(({ failure }) => failure !== null);
    return {
      steps: phases.map((phase) => stepOf(phase, origin)),
      failure: failed ? failureOf(failed, host, operator) : null,
    };
  }
}

const names = {
  DNS: 'Name resolution',
  ADDRESS: 'Addresses',
  CONNECT: 'Connection',
  TLS: 'TLS handshake',
} as const;

const expectations = {
  DNS: 'At least one address',
  ADDRESS: 'Public addresses, or private addresses that ALLOWED_PRIVATE_CIDRS lists',
  CONNECT: 'A port that accepts connections',
  TLS: 'TLS 1.2 or newer with a valid, trusted certificate for this name',
} as const;

function stepOf({ phase, durationMs, failure, detail }: ConnectionPhase, url: string): DiagnosisStep {
  return {
    layer: phase,
    name: names[phase],
    url,
    expected: expectations[phase],
    status: null,
    contentType: null,
    durationMs,
    outcome: failure === null ? 'FOUND' : 'FAILED',
    detail,
  };
}

function failureOf(
  { phase, failure, detail }: ConnectionPhase,
  host: string,
  operator: Operator,
): DiagnosisFailure {
  const { responsibleParty, remedy } = remedyFor(failure ?? 'CONNECTION_CLOSED', phase, operator);
  return { layer: phase, responsibleParty, message: `${host}: ${detail}`, remedy };
}

/**
 * Returns the responsible party and the remedy. The administrator has entered the MCP server's URL, and checks it first.
 * The provider is responsible for the URLs that it publishes.
 */
function remedyFor(
  failure: PhaseFailure,
  phase: ConnectionPhase['phase'],
  operator: Operator,
): { responsibleParty: ResponsibleParty; remedy: string } {
  const publisher: ResponsibleParty = operator === 'MCP_SERVER' ? 'ADMINISTRATOR' : operator;
  switch (failure) {
    case 'NO_ADDRESS':
      return {
        responsibleParty: publisher,
        remedy: 'Check the host name. If it is correct, add it to the name servers that this machine uses.',
      };
    case 'ADDRESS_REFUSED':
      return {
        responsibleParty: 'ADMINISTRATOR',
        remedy:
          'If Switchboard should connect to these addresses, add them to ALLOWED_PRIVATE_CIDRS and restart. Otherwise check the host name.',
      };
    case 'CONNECTION_REFUSED':
      return {
        responsibleParty: operator,
        remedy: 'Check the port. If it is correct, the operator must start the server.',
      };
    case 'NO_ROUTE':
    case 'TIMEOUT':
    case 'CONNECTION_CLOSED':
      return {
        responsibleParty: 'NETWORK',
        remedy:
          phase === 'DNS'
            ? 'Contact the operator of the name servers that this machine uses.'
            : 'The operator of the network must allow connections from this machine to that address and port. If connections must go through a proxy, set OUTBOUND_PROXY.',
      };
    case 'TLS_UNSUPPORTED':
      return {
        responsibleParty: publisher,
        remedy:
          'Check the port. If it is correct, the operator must support TLS 1.2 or newer. Plain http is for loopback addresses only.',
      };
    case 'CERTIFICATE_EXPIRED':
      return { responsibleParty: operator, remedy: 'The operator must renew the certificate.' };
    case 'CERTIFICATE_NOT_YET_VALID':
      return {
        responsibleParty: operator,
        remedy:
          "Check this machine's clock. If it is correct, the operator must install a valid certificate.",
      };
    case 'CERTIFICATE_FOR_ANOTHER_NAME':
      return {
        responsibleParty: operator,
        remedy: 'Check the host name. If it is correct, the operator must install a certificate for it.',
      };
    case 'CERTIFICATE_UNTRUSTED':
      return {
        responsibleParty: 'ADMINISTRATOR',
        remedy:
          'For a private certificate authority, add its certificate to EXTRA_CA_FILE and restart. Otherwise the operator must install the certificate with all intermediate certificates.',
      };
  }
}
