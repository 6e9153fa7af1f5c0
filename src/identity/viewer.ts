import type { AuditActor } from '../audit/record-audit-event.js';
import { SwitchboardError } from '../errors.js';
import type { ApiTokenScope } from './store/access-token.entity.js';
import type { Role } from './store/user.entity.js';

/** Who is asking: one row of access_tokens joined with its user, looked up anew for each request. */
export interface Viewer {
  readonly userId: string;
  readonly email: string;
  readonly displayName: string;
  readonly role: Role;
  /** The access_tokens row this request came with. */
  readonly tokenId: string;
  readonly kind: 'SESSION' | 'API_TOKEN';
  /** What the API token is called; '' for a browser session. */
  readonly tokenName: string;
  /** null for a browser session. */
  readonly scope: ApiTokenScope | null;
  /** An administrator who came with a session or an ADMIN token. A narrower token sees and does what a member may. */
  readonly isAdmin: boolean;
}

/** Whoever asks, as the audit log names them. */
export function actorOf({ userId, email, tokenId, kind, tokenName }: Viewer): AuditActor {
  const credential = { kind, id: tokenId, name: tokenName } as const;
  return { kind: 'USER', user: { id: userId, email }, credential };
}

/** @throws FORBIDDEN unless an administrator asks. */
export function requireAdmin(viewer: Viewer): void {
  if (viewer.isAdmin) return;
  throw new SwitchboardError(
    'FORBIDDEN',
    viewer.role === 'ADMIN'
      ? 'This needs an API token with the scope ADMIN, or a signed-in administrator.'
      : 'Only administrators may do this.',
  );
}

/** @throws FORBIDDEN for an API token that may only read. */
export function requireUse(viewer: Viewer): void {
  if (viewer.scope !== 'READ') return;
  throw new SwitchboardError('FORBIDDEN', 'This API token has the scope READ; this needs USE or ADMIN.');
}

/** @throws FORBIDDEN for an API token that does not carry its owner's full rights. */
export function requireFullRights(viewer: Viewer): void {
  if (viewer.scope === null || viewer.scope === 'ADMIN') return;
  throw new SwitchboardError(
    'FORBIDDEN',
    'This needs a signed-in session or an API token with the scope ADMIN.',
  );
}
