import { randomUUID } from 'node:crypto';
import { parseValue, valueFromASTUntyped } from 'graphql';
import type { AnsweredError } from '../graphql.js';
import type { SignedInUser } from '../seed.js';
import type { RunningStack } from './stack.js';

/** The fields of a server that an administrator enters. */
export type ServerInput = Record<string, unknown>;

/** The fields that the product suggested, and the sentence or setting in which it did. */
export interface Suggestion {
  input: ServerInput;
  text: string;
}

/** The maximum number of suggestions that are applied in turn. */
const maxSuggestions = 3;

interface Setup {
  id: string;
  authType: string;
  connectUrl: string | null;
  applied: Suggestion[];
}

interface SuggestedSetting {
  setting: string;
}

/** Reads suggested compatibility settings as GraphQL, as an administrator pastes them. */
export function fromSettings(settings: readonly SuggestedSetting[]): Suggestion | null {
  const [first] = settings;
  if (!first) return null;
  return {
    input: { oauth2Compatibility: valueFromASTUntyped(parseValue(`{${first.setting}}`)) },
    text: first.setting,
  };
}

/** Reads what a diagnosis or an error tells an administrator to enter. Returns null if it names nothing to enter. */
async function fromText(text: string, stack: RunningStack): Promise<Suggestion | null> {
  const redirectUri = /redirect URI: (\S+)/.exec(text)?.[1];
  if (redirectUri !== undefined && stack.registration !== undefined) {
    const id = /\bid: "([^"]+)"/.exec(text)?.[1];
    const { clientId, clientSecret } = await registerManually(stack.registration, redirectUri);
    return {
      input: {
        ...(id !== undefined && { id }),
        oauth2ClientId: clientId,
        ...(clientSecret !== undefined && { oauth2ClientSecret: clientSecret }),
      },
      text: clientSecret === undefined ? '`oauth2ClientId`' : '`oauth2ClientId`, `oauth2ClientSecret`',
    };
  }
  const transport = /\btransport: (\w+)/.exec(text)?.[1];
  if (transport !== undefined) return { input: { transport }, text: `transport: ${transport}` };
  const url = /\bURL to (\S+?)\.?(?:\s|$)/.exec(text)?.[1];
  return url === undefined ? null : { input: { url }, text: `url: "${url}"` };
}

/** Registers a client at the provider's own page, as an administrator does. */
async function registerManually(
  page: string,
  redirectUri: string,
): Promise<{ clientId: string; clientSecret?: string }> {
  const answer = await fetch(page, {
    method: 'POST',
    body: new URLSearchParams({ redirect_uri: redirectUri }),
  });
  if (!answer.ok) throw new Error(`${page} answered ${answer.status}: ${await answer.text()}`);
  return (await answer.json()) as { clientId: string; clientSecret?: string };
}

/**
 * Creates the server as an administrator does who knows only its URL: diagnoses the URL, discovers, and enters what the
 * product suggests.
 * @throws Error with the last answer, if nothing more is suggested
 */
export async function setUp(admin: SignedInUser, stack: RunningStack): Promise<Setup> {
  const applied: Suggestion[] = [];
  const input = (): ServerInput => Object.assign({ url: stack.url }, ...applied.map(({ input }) => input));
  let last: unknown;
  for (let attempts = 0; attempts <= maxSuggestions; attempts += 1) {
    const { url, transport, oauth2ClientId, oauth2Compatibility } = input();
    const isDecided = transport !== undefined || oauth2ClientId !== undefined;
    const answer = isDecided
      ? { authType: oauth2ClientId === undefined ? 'NONE' : 'OAUTH2' }
      : await inspect(admin, stack, { url, oauth2Compatibility });
    if ('authType' in answer) {
      const created = await create(admin, { ...input(), authType: answer.authType });
      if ('id' in created) return { ...created, authType: answer.authType, applied };
      last = created.error;
      const next =
        fromSettings((created.error.extensions.suggestedSettings ?? []) as SuggestedSetting[]) ??
        (await fromText(textOf(created.error), stack));
      if (!next) break;
      applied.push(next);
      continue;
    }
    last = answer;
    if (!answer.suggestion) break;
    applied.push(answer.suggestion);
  }
  throw new Error(`The product suggests nothing more: ${JSON.stringify({ applied, last })}`);
}

/** Diagnoses and discovers. Returns the auth type, or what the product suggests instead. */
async function inspect(
  { graphql }: SignedInUser,
  stack: RunningStack,
  { url, oauth2Compatibility }: ServerInput,
): Promise<{ authType: string } | { suggestion: Suggestion | null; text: string }> {
  const discovered = await graphql.query<{
    discoverMcpServerOAuth2: { discovery: { requiresAuthorization: boolean } };
  }>(
    `mutation ($input: DiscoverMcpServerOAuth2Input!) {
       discoverMcpServerOAuth2(input: $input) { discovery { requiresAuthorization } }
     }`,
    { input: { url, ...(oauth2Compatibility !== undefined && { oauth2Compatibility }) } },
  );
  const [error] = discovered.errors ?? [];
  if (error) {
    const settings = (error.extensions.suggestedSettings ?? []) as SuggestedSetting[];
    const text = textOf(error);
    return { suggestion: fromSettings(settings) ?? (await fromText(text, stack)), text };
  }
  const { diagnoseUrl } = await graphql.data<{
    diagnoseUrl: { diagnosis: { failure: { message: string; remedy: string } | null } };
  }>(
    `mutation ($input: DiagnoseUrlInput!) { diagnoseUrl(input: $input) { diagnosis { failure { message remedy } } } }`,
    { input: { url } },
  );
  const { failure } = diagnoseUrl.diagnosis;
  if (failure && oauth2Compatibility === undefined) {
    const text = `${failure.message} ${failure.remedy}`;
    return { suggestion: await fromText(text, stack), text };
  }
  const isOAuth2 = discovered.data?.discoverMcpServerOAuth2.discovery.requiresAuthorization === true;
  return { authType: isOAuth2 ? 'OAUTH2' : 'NONE' };
}

async function create(
  { graphql }: SignedInUser,
  input: ServerInput,
): Promise<{ id: string; connectUrl: string | null } | { error: AnsweredError }> {
  const answer = await graphql.query<{
    createMcpServerConfig: { server: { id: string; connectUrl: string | null } };
  }>(
    `mutation ($input: CreateMcpServerConfigInput!) {
       createMcpServerConfig(input: $input) { server { id connectUrl } }
     }`,
    {
      input: { slug: `interop-${randomUUID().slice(0, 8)}`, displayName: 'Interop', enabled: true, ...input },
    },
  );
  const [error] = answer.errors ?? [];
  if (error) return { error };
  if (!answer.data) throw new Error(answer.text);
  return answer.data.createMcpServerConfig.server;
}

function textOf({ message, extensions }: AnsweredError): string {
  return `${message} ${String(extensions.remedy ?? '')}`;
}
