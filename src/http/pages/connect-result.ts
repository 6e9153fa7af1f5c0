import type { OpenerTarget } from '../../accounts/authorize/opener-target.js';
import { errorPage, html, type Html, type Page } from './page.js';

/** How a popup ended. It holds nothing secret, and is a hint to ask the server again, never a proof. */
export interface ConnectMessage {
  type: 'mcp-oauth2-complete';
  serverId: string;
  status: 'success' | 'error';
}

/**
 * Tells the opener, at one exact origin, and this origin's own windows over a BroadcastChannel, because openers get
 * lost on the way through providers' pages. Only success closes the popup, or goes back where the whole page went: a
 * refusal is there to be read.
 */
const tell = `
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

/** The account is connected; the page closes itself where a script may. */
export function connectedPage(serverId: string, target: OpenerTarget): Page {
  return {
    title: 'Connected',
    body: html`<p role="status">Your account is connected. You may close this window.</p>
      ${wayBack(target)}`,
    script: script(serverId, 'success', target),
  };
}

/** Nothing was connected: why, in plain words, what to do now, and what an administrator looks it up by. */
export function notConnectedPage(
  serverId: string,
  { reference, ...refusal }: { status: number; message: string; reference?: string | undefined },
  target: OpenerTarget,
): Page {
  const action = html`${reference !== undefined && forTheAdministrator(reference)}${wayBack(target)}`;
  return {
    ...errorPage({ ...refusal, title: 'Not connected', action }),
    script: script(serverId, 'error', target),
  };
}

function script(serverId: string, status: ConnectMessage['status'], target: OpenerTarget): Page['script'] {
  const message: ConnectMessage = { type: 'mcp-oauth2-complete', serverId, status };
  const { origin, returnPath } = target;
  return {
    source: tell,
    data: { message, targetOrigin: origin, returnUrl: returnPath && origin + returnPath },
  };
}

function forTheAdministrator(reference: string): Html {
  return html`<p>
    If it stays so, give an administrator this reference: <strong>${reference}</strong>. They can look up what
    went wrong.
  </p>`;
}

function wayBack({ origin, returnPath }: OpenerTarget): Html {
  return returnPath === ''
    ? html``
    : html`<p><a class="button quiet" href="${origin + returnPath}">Go back</a></p>`;
}
