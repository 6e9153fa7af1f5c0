import type { PhaseFailure, ConnectionPhase, GuardedFetch } from '../net/guarded-fetch.js';
import type { Operator, ResponsibleParty } from '../oauth2/report/failure.js';
import type { DiagnosisStep, DiagnosisFailure } from './diagnosis.js';

/** The connections on the way to a server: each origin is examined once. */
export class ConnectionSteps {
  readonly #examined = new Set<string>();

  constructor(
    private readonly outbound: Pick<GuardedFetch, 'checkConnection'>,
    private readonly signal: AbortSignal,
  ) {}

  /** The phases of a connection to this URL's origin, none if it was examined before; and what is wrong with it. */
  async examine(
    url: string,
    operator: Operator,
  ): Promise<{ steps: DiagnosisStep[]; verdict: DiagnosisFailure | null }> {
    const { origin, host } = new URL(url);
    if (this.#examined.has(origin)) return { steps: [], verdict: null };
    this.#examined.add(origin);
    const phases = await this.outbound.checkConnection(origin, this.signal);
    const failed = phases.find(({ failure }) => failure !== null);
    return {
      steps: phases.map((phase) => stepOf(phase, origin)),
      verdict: failed ? verdictOn(failed, host, operator) : null,
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
  ADDRESS: 'Public addresses only, or such as are listed in ALLOWED_PRIVATE_CIDRS',
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

function verdictOn(
  { phase, failure, detail }: ConnectionPhase,
  host: string,
  operator: Operator,
): DiagnosisFailure {
  const { responsibleParty, remedy } = remedyFor(failure ?? 'CONNECTION_CLOSED', phase, operator);
  return { layer: phase, responsibleParty, message: `${host}: ${detail}`, remedy };
}

/** What an administrator has typed in is for them to check first; what the provider publishes is the provider's. */
function remedyFor(
  failure: PhaseFailure,
  phase: ConnectionPhase['phase'],
  operator: Operator,
): { responsibleParty: ResponsibleParty; remedy: string } {
  const whoeverNamedIt: ResponsibleParty = operator === 'MCP_SERVER' ? 'ADMINISTRATOR' : operator;
  switch (failure) {
    case 'NO_ADDRESS':
      return {
        responsibleParty: whoeverNamedIt,
        remedy:
          'Check the host name. If it is right, it has to be made known to the name servers that this machine asks.',
      };
    case 'ADDRESS_REFUSED':
      return {
        responsibleParty: 'ADMINISTRATOR',
        remedy:
          'If Switchboard is meant to reach these addresses, list them in ALLOWED_PRIVATE_CIDRS and restart; otherwise check the host name.',
      };
    case 'CONNECTION_REFUSED':
      return {
        responsibleParty: operator,
        remedy: 'Check the port. If it is right, its operator has to start the server.',
      };
    case 'NO_ROUTE':
    case 'TIMEOUT':
    case 'CONNECTION_CLOSED':
      return {
        responsibleParty: 'NETWORK',
        remedy:
          phase === 'DNS'
            ? 'Whoever runs the name servers that this machine asks has to look into it.'
            : 'Whoever runs the network has to let this machine through to that address and port; where only a proxy may go out, set OUTBOUND_PROXY.',
      };
    case 'TLS_UNSUPPORTED':
      return {
        responsibleParty: whoeverNamedIt,
        remedy:
          'Check the port. If it is right, its operator has to serve it with TLS 1.2 or newer; plain http is for loopback addresses.',
      };
    case 'CERTIFICATE_EXPIRED':
      return { responsibleParty: operator, remedy: 'Its operator has to renew the certificate.' };
    case 'CERTIFICATE_NOT_YET_VALID':
      return {
        responsibleParty: operator,
        remedy:
          "Check this machine's clock. If it is right, its operator has to install a valid certificate.",
      };
    case 'CERTIFICATE_FOR_ANOTHER_NAME':
      return {
        responsibleParty: operator,
        remedy: 'Check the host name. If it is right, its operator has to install a certificate for it.',
      };
    case 'CERTIFICATE_UNTRUSTED':
      return {
        responsibleParty: 'ADMINISTRATOR',
        remedy:
          'Where the certificate is of a private authority, add that to EXTRA_CA_FILE and restart; otherwise its operator has to install it with all intermediate certificates.',
      };
  }
}
