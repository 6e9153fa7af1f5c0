import { SwitchboardError } from '../../errors.js';

/** @throws NOT_FOUND for a server that is not there. */
export function unknownServer(): SwitchboardError {
  return new SwitchboardError('NOT_FOUND', 'There is no such MCP server.');
}

export function disabledServer(): SwitchboardError {
  return new SwitchboardError(
    'BAD_USER_INPUT',
    'This MCP server is disabled. An administrator can enable it.',
  );
}

export function notOAuth2(): SwitchboardError {
  return new SwitchboardError(
    'BAD_USER_INPUT',
    'This MCP server does not use OAuth: there is no account to connect.',
  );
}

/** The one wording for stored text that no key opens; who may act on it is an administrator. */
export function unreadableClientSecret(): SwitchboardError {
  return new SwitchboardError(
    'BAD_USER_INPUT',
    "This MCP server's client secret cannot be read any more. An administrator has to set it again.",
  );
}
