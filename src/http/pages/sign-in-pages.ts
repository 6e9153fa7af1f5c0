import type { SignInUser } from '../../identity/sign-in/authentication.js';
import type { Viewer } from '../../identity/viewer.js';
import { html, type Html, type Page } from './page.js';

const howToGetALink = html`<p>
    Ask an administrator for one. On the machine that runs Switchboard, this prints one:
  </p>
  <pre><code>npm run -s switchboard -- \\
  sign-in-link --email you@example.com</code></pre>
  <p class="quiet-text">A link works once, for 15 minutes.</p>`;

/** The ways in. */
export function signInPage({ oidcPath }: { oidcPath: string | null }): Page {
  if (!oidcPath)
    return {
      title: 'Sign in',
      body: html`<p>You sign in with a one-use link.</p>
        ${howToGetALink}`,
    };
  return {
    title: 'Sign in',
    body: html`<p><a class="button" href="${oidcPath}">Sign in with your team’s account</a></p>
      <h2>Or with a sign-in link</h2>
      ${howToGetALink}`,
  };
}

/** For somebody who is signed in already. */
export function signedInPage(person: {
  user: Pick<SignInUser, 'email' | 'displayName'>;
  continuePath: string | null;
}): Page {
  const { user, continuePath } = person;
  return {
    title: 'You are signed in',
    form: 'self',
    body: html`${personBox(user)}
      <p>
        <a class="button" href="${continuePath ?? '/'}">${continuePath ? 'Continue' : 'Open the console'}</a>
      </p>
      <form method="post" action="/auth/sign-out"><button class="quiet">Sign out</button></form>`,
  };
}

/** What a link preview sees too: nothing is used up before the button is pressed. */
export function signInLinkPage(link: { user: SignInUser; signedInAs: Viewer | null }): Page {
  const { user, signedInAs } = link;
  const replaces = signedInAs && signedInAs.userId !== user.id;
  return {
    title: replaces ? 'Switch to another account?' : 'Sign in to Switchboard',
    form: 'self',
    body: html`${
        replaces &&
        html`<p class="warning" role="alert">
          You are signed in as <strong>${signedInAs.email}</strong> now. This link signs you out there and in
          as somebody else. If you did not ask for it, close this page.
        </p>`
      }
      <p>This link signs you in as</p>
      ${personBox(user)}
      <form method="post"><button>${replaces ? 'Switch to' : 'Sign in as'} ${user.email}</button></form>
      <p class="quiet-text">It works once. Sign in only if this is you.</p>`,
  };
}

/** An unknown, a used and an expired link: they are not told apart. */
export function deadLinkPage({ signedInAs }: { signedInAs: Viewer | null }): Page {
  return {
    status: 404,
    title: 'This sign-in link does not work',
    body: html`<p role="alert">It was used already, is older than 15 minutes, or was never one.</p>
      ${
        signedInAs
          ? html`<p>You are signed in as <strong>${signedInAs.email}</strong> anyway.</p>
              <p><a class="button" href="/auth/sign-in">Go on</a></p>`
          : html`<h2>How to get a new one</h2>
              ${howToGetALink}
              <p><a href="/auth/sign-in">Other ways to sign in</a></p>`
      }`,
  };
}

function personBox({ email, displayName }: Pick<SignInUser, 'email' | 'displayName'>): Html {
  return html`<p class="person">
    <span class="account">${displayName}</span><span class="quiet-text">${email}</span>
  </p>`;
}
