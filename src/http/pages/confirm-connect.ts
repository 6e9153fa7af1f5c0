import type { ConnectConfirmation } from '../../accounts/accounts.js';
import { html, type Page } from './page.js';

/**
 * Asks the user before an account is connected, because the request may come from another site. Otherwise that site could
 * connect accounts through a provider that approves without asking. The button has no initial focus, so that a key held
 * down on the other site does not press it.
 * @param action the address that the form posts to: the connect URL with its query
 */
export function confirmConnectPage({ displayName, host, email }: ConnectConfirmation, action: string): Page {
  return {
    title: `Connect ${displayName}?`,
    form: 'elsewhere',
    body: html`<p>
        You’re connecting <strong>${displayName}</strong> at <strong>${host}</strong> to Switchboard as
        <strong>${email}</strong>.
      </p>
      <p>
        After you sign in at the provider, your team’s products can use this server on your behalf until you
        disconnect it.
      </p>
      <form method="post" action="${action}">
        <button type="submit">Connect</button>
      </form>
      <p class="quiet-text">If you didn’t request this, close this window. Nothing has been connected.</p>`,
  };
}
