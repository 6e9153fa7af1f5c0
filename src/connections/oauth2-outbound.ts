import type { GuardedFetch } from '../net/guarded-fetch.js';
import type { OAuth2Outbound } from '../oauth2/endpoints.js';

/** The guarded OAuth profile, as protocol code takes it. */
export function oauth2Outbound(outbound: GuardedFetch): OAuth2Outbound {
  return { fetch: outbound.oauth, isAllowedLoopback: (url) => outbound.isAllowedLoopback(url) };
}
