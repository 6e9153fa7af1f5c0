import type { AuditActor } from '../audit/record-audit-event.js';
import { SwitchboardError } from '../errors.js';
import type { ApiTokenScope } from './store/access-token.entity.js';
import type { Role } from './store/user.entity.js';

/** The credential of a request. A sign-in link is none: it only begins a session. */
export const ViewerKind = { SESSION: 'SESSION', API_TOKEN: 'API_TOKEN' } as const;
export type ViewerKind = (typeof ViewerKind)[keyof typeof ViewerKind];

/** The user who sends a request, and the access token that they use. It is looked up for each request. */
export interface Viewer {
  readonly userId: string;
  readonly email: string;
  readonly displayName: string;
  readonly role: Role;
  /** ISO 8601. */
  readonly createdAt: string;
  /** The row of access_tokens. */
  readonly tokenId: string;
  readonly kind: ViewerKind;
  /** The name of the API token; '' for a browser session. */
  readonly tokenName: string;
  /** null for a browser session. */
  readonly scope: ApiTokenScope | null;
  /** True for an administrator with a session or an ADMIN token. With a narrower token an administrator is a member. */
  readonly isAdmin: boolean;
}

/** Returns the viewer as the actor of an audit event. */
export function actorOf({ userId, email, tokenId, kind, tokenName }: Viewer): AuditActor {
  const credential = { kind, id: tokenId, name: tokenName } as const;
  return { kind: 'USER', user: { id: userId, email }, credential };
}

/** Tells whether the viewer may use their accounts: every viewer without a token of the scope READ. */
export const mayUse = ({ scope }: Viewer): boolean => scope !== 'READ';

/** Tells whether the viewer has all permissions of the user: with a session, or with a token of the scope ADMIN. */
export const hasFullRights = ({ scope }: Viewer): boolean => scope === null || scope === 'ADMIN';

/** @throws FORBIDDEN unless the viewer is an administrator */
export function requireAdmin(viewer: Viewer): void {
  if (viewer.isAdmin) return;
  throw new SwitchboardError(
    'FORBIDDEN',
    viewer.role === 'ADMIN'
      ? 'This requires an API token with the scope ADMIN, or a signed-in administrator.'
      : 'This requires an administrator.',
  );
}

/** @throws FORBIDDEN for an API token with the scope READ */
export function requireUse(viewer: Viewer): void {
  if (mayUse(viewer)) return;
  throw new SwitchboardError(
    'FORBIDDEN',
    'This requires the scope USE or ADMIN. This API token has the scope READ.',
  );
}

/** @throws FORBIDDEN for an API token with a scope narrower than ADMIN */
export function requireFullRights(viewer: Viewer): void {
  if (hasFullRights(viewer)) return;
  throw new SwitchboardError(
    'FORBIDDEN',
    'This requires a browser session or an API token with the scope ADMIN.',
  );
}
