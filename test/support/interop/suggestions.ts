import { parseValue, valueFromASTUntyped } from 'graphql';
import type { SignedInUser } from '../seed.js';
import type { RunningStack } from './stack.js';

/** The fields of a server that an administrator enters. */
export type ServerInput = Record<string, unknown>;

/** The fields that the product suggested, and the sentence or setting in which it did. */
export interface Suggestion {
  input: ServerInput;
  text: string;
}

/** A server and what has been entered since its URL, in order. */
export interface ServerInSetup {
  id: string;
  applied: Suggestion[];
}

export interface SuggestedSetting {
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
export async function fromText(text: string, stack: RunningStack): Promise<Suggestion | null> {
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
      text: clientSecret === undefined ? 'oauth2ClientId' : 'oauth2ClientId, oauth2ClientSecret',
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

/** Joins what has been suggested. Compatibility settings add up. */
export function merge(suggestions: readonly Suggestion[]): ServerInput {
  const compatibility = suggestions.map(({ input }) => input.oauth2Compatibility);
  return {
    ...Object.assign({}, ...suggestions.map(({ input }) => input)),
    ...(compatibility.some(Boolean) && { oauth2Compatibility: Object.assign({}, ...compatibility) }),
  };
}

/** Enters what the product suggested. */
export async function apply(
  { graphql }: SignedInUser,
  server: ServerInSetup,
  suggestion: Suggestion,
): Promise<void> {
  server.applied.push(suggestion);
  await graphql.data(
    `mutation ($id: ID!, $input: UpdateMcpServerConfigInput!) {
       updateMcpServerConfig(id: $id, input: $input) { server { id } }
     }`,
    { id: server.id, input: suggestion.input },
  );
}
