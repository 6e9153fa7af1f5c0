/** The login page of a stack that leaves pages to the application. It posts to its own URL. */
export function loginPage(hidden: Record<string, string> = {}): string {
  const fields = Object.entries(hidden).map(
    ([name, value]) => `<input type="hidden" name="${name}" value="${escapeHtml(value)}">`,
  );
  return page(`${fields.join('')}<input name="login" required><button>Sign in</button>`);
}

/** The consent page of a stack that leaves pages to the application. */
export function consentPage(hidden: Record<string, string> = {}): string {
  const fields = Object.entries(hidden).map(
    ([name, value]) => `<input type="hidden" name="${name}" value="${escapeHtml(value)}">`,
  );
  return page(`${fields.join('')}<button name="decision" value="approve">Allow</button>`);
}

function page(fields: string): string {
  return `<!doctype html><title>Provider</title><form method="post">${fields}</form>`;
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
}
