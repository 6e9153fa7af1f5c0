import { clientRefused } from '../oauth2/requests/client-check.js';
import type { ClientExamination } from '../servers/changes/client-health.js';
import { readableFailure } from '../servers/settings/oauth2-failures.js';
import type { StoredServer } from '../servers/store/stored-server.js';
import type { DiagnosisFailure } from './diagnosis.js';

/** The detail of a step for a client that the diagnosis registered again. */
export const renewedClient =
  'The provider no longer recognized the client, so Switchboard has registered a new one. Users whose refresh the provider refuses are asked to connect again.';

/** Explains what the examination of a client found. @returns null if the client can be used */
export function clientFailure(
  { oauth2Registration }: Pick<StoredServer, 'oauth2Registration'>,
  { status, evidence }: ClientExamination,
): DiagnosisFailure | null {
  if (evidence?.failure) return readableFailure(evidence.failure);
  if (status === 'REFUSED' && oauth2Registration === 'DYNAMIC') {
    return {
      layer: 'CLIENT',
      responsibleParty: 'ADMINISTRATOR',
      message:
        'The provider no longer recognizes the client, and Switchboard has not registered a new one: it tries at most once an hour, or the provider refuses.',
      remedy: 'Run registerMcpServerOAuth2Client to register again now.',
    };
  }
  const isRefused = status === 'REFUSED' || evidence?.refusedAt.has('TOKEN') === true;
  return isRefused && status !== 'RENEWED' ? readableFailure(clientRefused) : null;
}
