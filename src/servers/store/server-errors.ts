import { SwitchboardError } from '../../errors.js';

/** Returns the error for a server that does not exist, or that the viewer may not see. */
export function unknownServer(): SwitchboardError {
  return new SwitchboardError('NOT_FOUND', 'There is no such MCP server.');
}

/** Returns the error for a disabled server. To a member it is the same as for an unknown server. */
export function disabledServer(viewer: { isAdmin: boolean }): SwitchboardError {
  if (!viewer.isAdmin) return unknownServer();
  return new SwitchboardError(
    'BAD_USER_INPUT',
    'This MCP server is disabled. An administrator can enable it.',
  );
}

export function notOAuth2(): SwitchboardError {
  return new SwitchboardError(
    'BAD_USER_INPUT',
    'This MCP server does not use OAuth, so there is no account to connect.',
  );
}

/** Returns the error for a client secret that no key of the ring opens. */
export function unreadableClientSecret(): SwitchboardError {
  return new SwitchboardError(
    'BAD_USER_INPUT',
    "This MCP server's client secret can no longer be decrypted. An administrator must enter it again.",
  );
}
