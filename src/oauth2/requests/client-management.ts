import { isSecureEndpoint, type OAuth2Outbound } from '../endpoints.js';
import { parseObject } from '../json.js';
import { startClock, type CheckStep } from '../report/step.js';

/** The access to a dynamic registration (RFC 7592), and the end of its secret. */
export interface ClientManagement {
  /** The client configuration endpoint of this registration. '' if the provider named none. */
  registrationClientUri: string;
  /** null if the provider issued none. */
  registrationAccessToken: string | null;
  /** null: the secret does not expire, or there is none. */
  secretExpiresAt: Date | null;
}

/** A registration that can't be managed, and whose secret does not expire. */
export const unmanaged: ClientManagement = {
  registrationClientUri: '',
  registrationAccessToken: null,
  secretExpiresAt: null,
};

const longestSecretLifetimeSeconds = 100 * 365 * 86_400;

/** Reads the members of a registration response (RFC 7591 section 3.2.1, RFC 7592 section 3). Malformed ones are absent. */
export function readManagement(body: Readonly<Record<string, unknown>>): ClientManagement {
  const { registration_client_uri: uri, registration_access_token: token } = body;
  const hasBoth = typeof uri === 'string' && URL.canParse(uri) && isToken(token);
  return {
    registrationClientUri: hasBoth ? uri : '',
    registrationAccessToken: hasBoth ? token : null,
    secretExpiresAt: typeof body.client_secret === 'string' ? expiry(body.client_secret_expires_at) : null,
  };
}

function isToken(value: unknown): value is string {
  return typeof value === 'string' && value.length <= 4_096 && /^[\x21-\x7e]+$/.test(value);
}

/** Returns null for 0, which means "never", and for a time that cannot be meant. */
function expiry(value: unknown): Date | null {
  const seconds = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
  if (typeof seconds !== 'number' || !Number.isFinite(seconds)) return null;
  const left = seconds - Date.now() / 1000;
  return left > 0 && left < longestSecretLifetimeSeconds ? new Date(seconds * 1000) : null;
}

/** A registration that can be read and deleted: its endpoint, and the token for it. */
export interface ManagedRegistration {
  registrationClientUri: string;
  registrationAccessToken: string;
}

/** The result of reading a registration. */
export interface RegistrationRead {
  step: CheckStep;
  /** GONE: the provider no longer has the registration. UNCLEAR: the response says nothing about it. */
  answer: 'KNOWN' | 'GONE' | 'UNCLEAR';
  /** The token that replaces the one of this request (RFC 7592 section 3). null: the token stays. */
  newAccessToken: string | null;
}

/**
 * Reads a registration (RFC 7592 section 2.1). A provider that no longer has it answers 401, or 404. Never throws for a
 * remote failure.
 */
export async function readClientRegistration(
  { registrationClientUri: url, registrationAccessToken }: ManagedRegistration,
  clientId: string,
  outbound: OAuth2Outbound,
): Promise<RegistrationRead> {
  const clock = startClock();
  const step = {
    layer: 'CLIENT',
    name: 'Client registration',
    url,
    expected: 'HTTP 200 with the registration of this client (RFC 7592, 2.1)',
  } as const;
  const unclear = (detail: string, response: Response | null = null): RegistrationRead => ({
    step: { ...step, ...clock(response), outcome: 'SKIPPED', detail },
    answer: 'UNCLEAR',
    newAccessToken: null,
  });
  if (!isSecureEndpoint(url, outbound)) return unclear('The URL is not a valid https URL. Nothing was sent.');
  let response: Response;
  try {
    response = await outbound.fetch(url, {
      headers: { accept: 'application/json', authorization: `Bearer ${registrationAccessToken}` },
      redirect: 'error',
    });
  } catch {
    return unclear('The provider did not answer.');
  }
  const { status } = response;
  if (status === 401 || status === 404) {
    const detail = `The provider no longer has this registration (HTTP ${status}).`;
    return {
      step: { ...step, ...clock(response), outcome: 'NOT_HERE', detail },
      answer: 'GONE',
      newAccessToken: null,
    };
  }
  const body = status === 200 ? parseObject(await response.text()) : null;
  if (body?.client_id !== clientId) {
    return unclear(`The response says nothing about the registration (HTTP ${status}).`, response);
  }
  const { registration_access_token: token } = body;
  return {
    step: { ...step, ...clock(response), outcome: 'FOUND', detail: 'The provider has this registration.' },
    answer: 'KNOWN',
    newAccessToken: isToken(token) && token !== registrationAccessToken ? token : null,
  };
}

/** Deletes a registration that is not used (RFC 7592 section 2.3). Never throws. @returns true if the provider confirmed */
export async function deleteClientRegistration(
  { registrationClientUri: url, registrationAccessToken }: ManagedRegistration,
  outbound: OAuth2Outbound,
): Promise<boolean> {
  if (!isSecureEndpoint(url, outbound)) return false;
  try {
    const headers = { authorization: `Bearer ${registrationAccessToken}` };
    const response = await outbound.fetch(url, { method: 'DELETE', headers, redirect: 'error' });
    return response.ok;
  } catch {
    return false;
  }
}

/** Returns the registration if it can be managed, or null. */
export function managedRegistration(management: ClientManagement | null): ManagedRegistration | null {
  const { registrationClientUri = '', registrationAccessToken = null } = management ?? {};
  if (registrationClientUri === '' || registrationAccessToken === null) return null;
  return { registrationClientUri, registrationAccessToken };
}
