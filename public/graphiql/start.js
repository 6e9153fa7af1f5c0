/* global React, ReactDOM, GraphiQL */

/**
 * Keeps tabs and variables in memory, because they may contain secrets, such as the API key of a new server. Only the theme
 * is stored.
 */
function memoryStorage() {
  const values = new Map();
  const storageFor = (key) => (key.endsWith('theme') ? window.localStorage : null);
  return {
    getItem: (key) => storageFor(key)?.getItem(key) ?? values.get(key) ?? null,
    setItem: (key, value) =>
      storageFor(key) ? storageFor(key).setItem(key, value) : void values.set(key, value),
    removeItem: (key) => (storageFor(key) ? storageFor(key).removeItem(key) : void values.delete(key)),
    clear: () => values.clear(),
    get length() {
      return values.size;
    },
  };
}

/** Sends an operation with the session cookie. After the session ends, the reload leads to the sign-in page. */
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
  // GraphiQL's dialogs read the nonce of their style elements here.
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
