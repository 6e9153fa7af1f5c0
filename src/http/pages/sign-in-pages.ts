import type { SignInUser } from '../../identity/sign-in/authentication.js';
import type { Viewer } from '../../identity/viewer.js';
import { html, type Html, type Page } from './page.js';

const linkInstructions = html`<p>
    Ask an administrator for a link, or create one on the computer that runs Switchboard:
  </p>
  <pre><code>npm run -s switchboard -- \\
  sign-in-link --email you@example.com</code></pre>
  <p class="quiet-text">A link works once and expires after 15 minutes.</p>`;

/** The sign-in page, with the methods that are configured. */
export function signInPage({ oidcPath }: { oidcPath: string | null }): Page {
  if (!oidcPath)
    return {
      title: 'Sign in',
      body: html`<p>Sign in with a one-time link.</p>
        ${linkInstructions}`,
    };
  return {
    title: 'Sign in',
    body: html`<p><a class="button" href="${oidcPath}">Sign in with your team’s account</a></p>
      <h2>Or use a sign-in link</h2>
      ${linkInstructions}`,
  };
}

/** The page of a user who is already signed in. */
export function signedInPage(signedIn: {
  user: Pick<SignInUser, 'email' | 'displayName'>;
  continuePath: string | null;
}): Page {
  const { user, continuePath } = signedIn;
  return {
    title: 'You are signed in',
    form: 'self',
    body: html`${userBox(user)}
      <p>
        <a class="button" href="${continuePath ?? '/'}">${continuePath ? 'Continue' : 'Open the console'}</a>
      </p>
      <form method="post" action="/auth/sign-out"><button class="quiet">Sign out</button></form>`,
  };
}

/** The page of a sign-in link. Opening it uses nothing up, because link previews open it too. */
export function signInLinkPage(link: { user: SignInUser; signedInAs: Viewer | null }): Page {
  const { user, signedInAs } = link;
  const replaces = signedInAs && signedInAs.userId !== user.id;
  return {
    title: replaces ? 'Switch user?' : 'Sign in to Switchboard',
    form: 'self',
    body: html`${
        replaces &&
        html`<p class="warning" role="alert">
          You’re signed in as <strong>${signedInAs.email}</strong>. This link signs you out and signs you in
          as another user. If you didn’t request it, close this page.
        </p>`
      }
      <p>This link signs you in as:</p>
      ${userBox(user)}
      <form method="post"><button>${replaces ? 'Switch to' : 'Sign in as'} ${user.email}</button></form>
      <p class="quiet-text">The link works once. Sign in only if this is you.</p>`,
  };
}

/** The page of an unknown, used or expired link. It does not say which. */
export function deadLinkPage({ signedInAs }: { signedInAs: Viewer | null }): Page {
  return {
    status: 404,
    title: 'This sign-in link isn’t valid',
    body: html`<p role="alert">It has been used, has expired or never existed.</p>
      ${
        signedInAs
          ? html`<p>You’re already signed in as <strong>${signedInAs.email}</strong>.</p>
              <p><a class="button" href="/auth/sign-in">Continue</a></p>`
          : html`<h2>Get a new link</h2>
              ${linkInstructions}
              <p><a href="/auth/sign-in">Other ways to sign in</a></p>`
      }`,
  };
}

function userBox({ email, displayName }: Pick<SignInUser, 'email' | 'displayName'>): Html {
  return html`<p class="user">
    <span class="name">${displayName}</span><span class="quiet-text">${email}</span>
  </p>`;
}
