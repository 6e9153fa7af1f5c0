import type { ConnectConfirmation } from '../../accounts/accounts.js';
import { html, type Page } from './page.js';

/**
 * Asks before an account is linked, for a request that may come from somebody else's page: a provider that approves
 * silently would else let a stranger link accounts. The button has no focus at first: else a key held down on the
 * stranger's page would press it as this one opens.
 * @param action where the button posts to: the connect URL itself, with its query.
 */
export function confirmConnectPage({ displayName, host, email }: ConnectConfirmation, action: string): Page {
  return {
    title: `Connect ${displayName}?`,
    form: 'elsewhere',
    body: html`<p>
        Connect <strong>${displayName}</strong> at <strong>${host}</strong> to Switchboard as
        <strong>${email}</strong>.
      </p>
      <p>
        You will sign in at the provider. After that, your team's products can use this server in your name,
        until you disconnect it.
      </p>
      <form method="post" action="${action}">
        <button type="submit">Connect</button>
      </form>
      <p class="quiet-text">If you did not ask for this, close this window: nothing has happened yet.</p>`,
  };
}
