import type { KoaContextWithOIDC, Provider } from 'oidc-provider';

/** The two pages a person sees at the provider: any login will do, then yes or no. */
export function answerInteraction(provider: Provider) {
  return async (ctx: KoaContextWithOIDC, next: () => Promise<void>): Promise<void> => {
    if (!ctx.path.startsWith('/interaction/')) {
      await next();
      return;
    }
    const { prompt, session, params } = await provider.interactionDetails(ctx.req, ctx.res);
    if (ctx.method === 'GET') {
      ctx.type = 'html';
      ctx.body =
        prompt.name === 'login'
          ? page('<input name="login" required><button>Sign in</button>')
          : page(
              '<button name="decision" value="approve">Allow</button><button name="decision" value="deny">Deny</button>',
            );
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
      const refused = { error: 'access_denied', error_description: 'The person said no' };
      await provider.interactionFinished(ctx.req, ctx.res, refused, { mergeWithLastSubmission: false });
      return;
    }
    const details = prompt.details as {
      missingOIDCScope?: string[];
      missingResourceScopes?: Record<string, string[]>;
    };
    const grant = new provider.Grant({ accountId: session?.accountId, clientId: String(params.client_id) });
    if (details.missingOIDCScope) grant.addOIDCScope(details.missingOIDCScope.join(' '));
    for (const [resource, scopes] of Object.entries(details.missingResourceScopes ?? {})) {
      grant.addResourceScope(resource, scopes.join(' '));
    }
    await provider.interactionFinished(ctx.req, ctx.res, { consent: { grantId: await grant.save() } });
  };
}

function page(fields: string): string {
  return `<!doctype html><title>Provider</title><form method="post" action="?">${fields}</form>`;
}
