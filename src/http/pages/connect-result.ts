import type { CompletedAuthorization } from '../../accounts/authorize/complete.js';
import type { OpenerTarget } from '../../accounts/authorize/opener-target.js';
import { errorPage, html, removeCallbackQuery, type Html, type Page } from './page.js';

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
  ${removeCallbackQuery}
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
  /** The remote server's words. Administrators only. */
  remoteMessage?: string | undefined;
  /** The reference of the failure for an administrator. */
  reference?: string | undefined;
  /** The path that tries again. Omitted where that can't help. */
  retry?: string | undefined;
  /** The page of the server's settings. Administrators only. */
  settings?: string | undefined;
}

/** The page of a failure: the reason, the next step, and the reference for an administrator. */
export function notConnectedPage(
  serverId: string,
  { remoteMessage, reference, retry, settings, ...refusal }: NotConnected,
  target: OpenerTarget,
): Page {
  const isLeft = retry === undefined && reference === undefined && settings === undefined;
  const action = html`${remoteMessage !== undefined && remoteWords(remoteMessage)}
  ${retry !== undefined && buttonLink(retry, 'Try again')}
  ${settings !== undefined && buttonLink(settings, 'Open the server’s settings', retry === undefined ? '' : ' quiet')}
  ${reference !== undefined && referenceNote(reference, retry !== undefined)}
  ${isLeft && buttonLink('/', 'Open your accounts')}${backLink(target)}`;
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

/** @param look ' quiet' for the second of two buttons */
function buttonLink(path: string, text: string, look: '' | ' quiet' = ''): Html {
  return html`<p><a class="button${look}" href="${path}">${text}</a></p>`;
}

function remoteWords(text: string): Html {
  return html`<p class="quiet-text">The provider’s words, which only administrators see: “${text}”</p>`;
}

function referenceNote(reference: string, canTryAgain: boolean): Html {
  const lead = canTryAgain
    ? 'If this keeps happening,'
    : 'Only an administrator of Switchboard can fix this. Please';
  return html`<p>${lead} give an administrator this reference: <strong>${reference}</strong></p>`;
}

function backLink({ origin, returnPath }: OpenerTarget): Html {
  return returnPath === ''
    ? html``
    : html`<p><a class="button quiet" href="${origin + returnPath}">Go back</a></p>`;
}
