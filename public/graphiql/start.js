/* global React, ReactDOM, GraphiQL */

/**
 * What is typed here may be a secret (an API key for a new server), so tabs and variables live in memory only and are
 * gone with the page. The choice of colours is all that is kept.
 */
function memoryStorage() {
  const values = new Map();
  const kept = (key) => (key.endsWith('theme') ? window.localStorage : null);
  return {
    getItem: (key) => kept(key)?.getItem(key) ?? values.get(key) ?? null,
    setItem: (key, value) => (kept(key) ? kept(key).setItem(key, value) : void values.set(key, value)),
    removeItem: (key) => (kept(key) ? kept(key).removeItem(key) : void values.delete(key)),
    clear: () => values.clear(),
    get length() {
      return values.size;
    },
  };
}

/** Sends an operation with the session cookie; an ended session leads back to signing in. */
async function send(params) {
  const response = await fetch('/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    credentials: 'same-origin',
    body: JSON.stringify(params),
  });
  if (response.status === 401) window.location.reload();
  return response.json();
}

async function start() {
  const root = document.getElementById('graphiql');
  // Where GraphiQL's dialogs look for the nonce of the style elements that they make.
  window.__webpack_nonce__ = root.dataset.styleNonce;
  const names = (root.dataset.examples ?? '').split(' ');
  const examples = await Promise.all(
    names.map(async (name) => (await fetch(`/graphiql/examples/${name}`)).text()),
  );
  ReactDOM.createRoot(root).render(
    React.createElement(GraphiQL, {
      fetcher: send,
      storage: memoryStorage(),
      defaultTabs: examples.map((query) => ({ query })),
      shouldPersistHeaders: false,
      isHeadersEditorEnabled: false,
      defaultEditorToolsVisibility: 'variables',
      maxHistoryLength: 0,
    }),
  );
}

void start();
