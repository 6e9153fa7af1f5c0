import type { KoaContextWithOIDC, Provider } from 'oidc-provider';

/** The content of the consent page. */
export interface ConsentRequest {
  login: string;
  clientName: string;
  /** The URI that the browser returns to. */
  redirectUri: string;
  scopes: string[];
}

/**
 * The two pages of a provider. Each is a document with one form that posts to its own URL: the field `login`, then a button
 * `decision` with the value `approve` or `deny`.
 */
export interface ProviderPages {
  login(): string;
  consent(request: ConsentRequest): string;
}

/** Pages with a plain form. */
const plainPages: ProviderPages = {
  login: () => page('<input name="login" required><button>Sign in</button>'),
  consent: () =>
    page(
      '<button name="decision" value="approve">Allow</button><button name="decision" value="deny">Deny</button>',
    ),
};

/** Returns middleware that signs users in with any login and asks them for consent. */
export function answerInteraction(provider: Provider, pages = plainPages) {
  return async (ctx: KoaContextWithOIDC, next: () => Promise<void>): Promise<void> => {
    if (!ctx.path.startsWith('/interaction/')) {
      await next();
      return;
    }
    const { prompt, session, params } = await provider.interactionDetails(ctx.req, ctx.res);
    if (ctx.method === 'GET') {
      ctx.type = 'html';
      if (prompt.name === 'login') {
        ctx.body = pages.login();
        return;
      }
      const client = await provider.Client.find(String(params.client_id));
      ctx.body = pages.consent({
        login: session?.accountId ?? '',
        clientName: client?.clientName ?? String(params.client_id),
        redirectUri: String(params.redirect_uri),
        scopes: String(params.scope ?? '').split(' '),
      });
      return;
    }
    const answer = new URLSearchParams(Buffer.concat(await ctx.req.toArray()).toString());
    ctx.respond = false;
    if (prompt.name === 'login') {
      await provider.interactionFinished(ctx.req, ctx.res, {
        login: { accountId: answer.get('login') ?? '' },
      });
      return;
    }
    if (answer.get('decision') !== 'approve') {
      const refused = { error: 'access_denied', error_description: 'The user denied the request' };
      await provider.interactionFinished(ctx.req, ctx.res, refused, { mergeWithLastSubmission: false });
      return;
    }
    const details = prompt.details as {
      missingOIDCScope?: string[];
      missingResourceScopes?: Record<string, string[]>;
    };
    const consent = new provider.Grant({ accountId: session?.accountId, clientId: String(params.client_id) });
    if (details.missingOIDCScope) consent.addOIDCScope(details.missingOIDCScope.join(' '));
    for (const [resource, scopes] of Object.entries(details.missingResourceScopes ?? {})) {
      consent.addResourceScope(resource, scopes.join(' '));
    }
    await provider.interactionFinished(ctx.req, ctx.res, { consent: { grantId: await consent.save() } });
  };
}

function page(fields: string): string {
  return `<!doctype html><title>Provider</title><form method="post" action="?">${fields}</form>`;
}
