import type { ConsentRequest, ProviderPages } from '../test/support/oauth/login-and-consent.js';

const scopeDescriptions: Record<string, string> = {
  'mcp:tools': 'Read and write your notes',
  openid: 'Know who you are',
  offline_access: 'Stay connected while you are away',
};

/** The pages of the demo's provider. They look different from Switchboard's, as another company's pages do. */
export const providerPages: ProviderPages = {
  login: () =>
    page(
      'Sign in to Notebook',
      `<p>This is the demo's provider. Enter any name.</p>
       <label for="login">Your name at Notebook</label>
       <input id="login" name="login" required autofocus maxlength="60" autocomplete="off">
       <button>Sign in</button>`,
    ),
  consent: ({ login, clientName, redirectUri, scopes }: ConsentRequest) =>
    page(
      `${escaped(clientName)} wants to use your notes`,
      `<p>You are signed in as <b>${escaped(login)}</b>. This will allow it to:</p>
       <ul>${scopes.map((scope) => `<li>${escaped(scopeDescriptions[scope] ?? scope)}</li>`).join('')}</ul>
       <p class="small">You will return to <b>${escaped(new URL(redirectUri).host)}</b>.</p>
       <div class="buttons">
         <button name="decision" value="deny" class="no">Deny</button>
         <button name="decision" value="approve">Allow</button>
       </div>`,
    ),
};

function page(title: string, fields: string): string {
  return `<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>${title}</title>
  <link rel="icon" href="data:,">
  <style>${stylesheet}</style>
</head>
<body>
  <main>
    <p class="brand">Notebook <span>demo provider</span></p>
    <h1>${title}</h1>
    <form method="post" action="?">${fields}</form>
  </main>
</body>
</html>`;
}

function escaped(text: string): string {
  const entities: Record<string, string> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  };
  return text.replaceAll(/[&<>"']/g, (character) => entities[character] ?? '');
}

const stylesheet = `
  :root { color-scheme: light dark; --ink: light-dark(#2b2140, #f0ebfa); --line: light-dark(#d8cfe8, #4a3f61); }
  * { box-sizing: border-box; }
  body {
    margin: 0; min-height: 100vh; padding: 6vh 16px; background: light-dark(#f2edfa, #171221); color: var(--ink);
    font: 16px/1.5 Georgia, "Times New Roman", serif; overflow-wrap: anywhere;
  }
  main { max-width: 420px; margin: 0 auto; padding: 28px; border-radius: 4px; background: light-dark(#fff, #241c34);
    border-top: 6px solid #7a4fc4; }
  .brand { margin: 0 0 20px; font-weight: bold; }
  .brand span { margin-left: 6px; font: 13px system-ui, sans-serif; opacity: 0.75; }
  h1 { margin: 0 0 12px; font-size: 1.4rem; line-height: 1.25; }
  label { display: block; margin-bottom: 6px; font-weight: bold; }
  input { width: 100%; padding: 10px; margin-bottom: 16px; font: inherit; color: inherit; background: none;
    border: 1px solid var(--line); border-radius: 4px; }
  .small { font-size: 0.9rem; }
  .buttons { display: flex; gap: 10px; }
  button { flex: 1; padding: 11px; font: inherit; font-weight: bold; color: #fff; background: #6a3fb5;
    border: 1px solid #6a3fb5; border-radius: 4px; cursor: pointer; }
  button.no { color: inherit; background: none; border-color: var(--line); }
  :focus-visible { outline: 3px solid #9b78d8; outline-offset: 2px; }
`;
