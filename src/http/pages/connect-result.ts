import type { CompletedAuthorization } from '../../accounts/authorize/complete.js';
import type { OpenerTarget } from '../../accounts/authorize/opener-target.js';
import { errorPage, html, type Html, type Page } from './page.js';

/** The message that a popup sends when it is done. It has no secrets, and is only a hint to refetch. */
export interface ConnectMessage {
  type: 'mcp-oauth2-complete';
  serverId: string;
  status: 'success' | 'error';
}

/**
 * Sends the message to the opener at one exact origin, and to this origin's windows on a BroadcastChannel, because a popup
 * can lose its opener on a provider's page. Closes the popup or returns to the previous page after a success only, so that
 * the user can read a failure.
 */
const sendMessage = `
  const { message, targetOrigin, returnUrl } = JSON.parse(document.getElementById('data').textContent);
  const opener = window.opener;
  if (opener) opener.postMessage(message, targetOrigin);
  const channel = new BroadcastChannel('mcp-oauth2-complete');
  channel.postMessage(message);
  channel.close();
  if (message.status === 'success') {
    if (opener) window.close();
    else if (returnUrl) location.replace(returnUrl);
  }
`;

/** The page of a connected account. It closes itself if the browser allows that. */
export function connectedPage(serverId: string, { target, remark }: CompletedAuthorization): Page {
  return {
    title: 'Connected',
    body: html`<p role="status">Your account is connected. You can close this window.</p>
      ${remark !== null && html`<p>${remark}</p>`} ${backLink(target)}`,
    script: script(serverId, 'success', target),
  };
}

export interface NotConnected {
  status: number;
  message: string;
  /** The reference of the failure for an administrator. */
  reference?: string | undefined;
  /** The path that tries again. */
  retry?: string | undefined;
}

/** The page of a failure: the reason, the next step, and the reference for an administrator. */
export function notConnectedPage(
  serverId: string,
  { reference, retry, ...refusal }: NotConnected,
  target: OpenerTarget,
): Page {
  const action = html`${retry !== undefined && retryLink(retry)}
  ${reference !== undefined && referenceNote(reference)}${backLink(target)}`;
  return {
    ...errorPage({ ...refusal, title: 'Not connected', action }),
    script: script(serverId, 'error', target),
  };
}

function script(serverId: string, status: ConnectMessage['status'], target: OpenerTarget): Page['script'] {
  const message: ConnectMessage = { type: 'mcp-oauth2-complete', serverId, status };
  const { origin, returnPath } = target;
  return {
    source: sendMessage,
    data: { message, targetOrigin: origin, returnUrl: returnPath && origin + returnPath },
  };
}

function retryLink(path: string): Html {
  return html`<p><a class="button" href="${path}">Try again</a></p>`;
}

function referenceNote(reference: string): Html {
  return html`<p>
    If this keeps happening, give an administrator this reference: <strong>${reference}</strong>
  </p>`;
}

function backLink({ origin, returnPath }: OpenerTarget): Html {
  return returnPath === ''
    ? html``
    : html`<p><a class="button quiet" href="${origin + returnPath}">Go back</a></p>`;
}
