import { useState } from 'react';
import type { McpServerAuthType } from '../../generated/servers.js';
import { Button } from '../../ui/form/button.js';
import { CopyButton } from '../../ui/form/copy-button.js';
import { Choice, TextField } from '../../ui/form/field.js';
import { authTypes, fieldLabels } from '../parts/labels.js';
import styles from '../parts/servers.module.css';
import { CompatibilityFields } from './compatibility-fields.js';
import { hasNoHeaders } from './draft.js';
import { FormSection } from './form-section.js';
import type { FormPartProps } from './form-parts.js';
import { HeadersField } from './headers-field.js';
import { SecretField } from './secret-field.js';

type OAuth2Props = FormPartProps & { redirectUri: string };

/** The auth type of a server, and the fields of that type. */
export function AuthSection(props: OAuth2Props) {
  const { draft, change } = props;
  return (
    <FormSection title="Authorization" lead="How Switchboard authorizes its requests to the server.">
      <Choice<McpServerAuthType>
        label={fieldLabels.authType}
        value={draft.authType}
        onChange={(authType) => change({ authType })}
        options={authTypes}
      />
      {draft.authType === 'OAUTH2' && <OAuth2Fields {...props} />}
      {draft.authType === 'API_KEY' && <ApiKeyFields {...props} />}
      {draft.authType === 'CUSTOM_HEADERS' && <HeadersField {...props} />}
    </FormSection>
  );
}

const provider = ['oauth2Issuer', 'oauth2ResourceMetadataUrl'] as const;
const endpoints = ['oauth2AuthUrl', 'oauth2TokenUrl', 'oauth2RevocationUrl'] as const;

function OAuth2Fields({ draft, change, server, errorAt, redirectUri }: OAuth2Props) {
  const text = (
    field:
      | 'oauth2ClientId'
      | 'oauth2ClientName'
      | 'oauth2Scopes'
      | (typeof provider)[number]
      | (typeof endpoints)[number],
  ) => ({
    label: fieldLabels[field],
    value: draft[field],
    onChange: (value: string) => change({ [field]: value }),
    error: errorAt(field),
    spellCheck: false,
  });
  const isRegisteredByUs =
    server?.oauth2Registration === 'DYNAMIC' || server?.oauth2Registration === 'METADATA_DOCUMENT';
  return (
    <>
      <div>
        <p>
          <b>Redirect URI</b>
        </p>
        <p className={styles.quiet}>Enter this URI at the provider if you register a client manually.</p>
        <p className={styles.row}>
          <code className={styles.address}>{redirectUri}</code>
          <CopyButton text={redirectUri} what="the redirect URI" />
        </p>
      </div>
      <TextField
        hint={
          isRegisteredByUs
            ? 'Switchboard registered this client. Entering another ID replaces it.'
            : 'Leave empty to let Switchboard register a client when you save, if the provider supports it.'
        }
        {...text('oauth2ClientId')}
      />
      <SecretField
        label={fieldLabels.oauth2ClientSecret}
        isSet={server?.hasOauth2ClientSecret ?? false}
        canClear
        draft={draft.oauth2ClientSecret}
        error={errorAt('oauth2ClientSecret')}
        onChange={(oauth2ClientSecret) => change({ oauth2ClientSecret })}
      />
      <TextField
        hint="Separate scopes with spaces. Leave empty to use the scopes that the server requests."
        {...text('oauth2Scopes')}
      />
      <TextField
        hint="The name that providers show to users who consent. Leave empty for “Switchboard”. Used at the next registration."
        {...text('oauth2ClientName')}
      />
      <details className={styles.more}>
        <summary>Endpoints</summary>
        <p className={styles.quiet}>
          Leave empty to discover the endpoints. If the server doesn’t name its provider, or only when a tool
          is called, enter the issuer or the resource metadata URL.
        </p>
        {provider.map((field) => (
          <TextField key={field} inputMode="url" {...text(field)} />
        ))}
        <p className={styles.quiet}>
          To enter the endpoints manually, you need a client ID, an authorization URL and a token URL.
        </p>
        {endpoints.map((field) => (
          <TextField key={field} inputMode="url" {...text(field)} />
        ))}
      </details>
      <AdditionalHeaders draft={draft} change={change} server={server} errorAt={errorAt} />
      <CompatibilityFields
        draft={draft.oauth2Compatibility}
        activeSettings={server?.oauth2Compatibility?.activeSettings ?? []}
        change={(changed) => change({ oauth2Compatibility: { ...draft.oauth2Compatibility, ...changed } })}
        errorAt={(field) => errorAt(`oauth2Compatibility.${field}`)}
      />
    </>
  );
}

/** The headers that the MCP server gets in addition to each user's token. */
function AdditionalHeaders(props: FormPartProps) {
  const [isOpen, setOpen] = useState(!hasNoHeaders(props.draft));
  if (!isOpen) {
    return (
      <div>
        <Button onClick={() => setOpen(true)}>Add headers</Button>
      </div>
    );
  }
  return (
    <>
      <HeadersField {...props} />
      <p className={styles.quiet}>
        The MCP server gets these headers in addition to each user’s token. The provider doesn’t get them.
      </p>
    </>
  );
}

function ApiKeyFields({ draft, change, server, errorAt }: FormPartProps) {
  return (
    <>
      <TextField
        label={fieldLabels.apiKeyHeader}
        value={draft.apiKeyHeader}
        onChange={(apiKeyHeader) => change({ apiKeyHeader })}
        error={errorAt('apiKeyHeader')}
        spellCheck={false}
      />
      <SecretField
        label={fieldLabels.apiKeyValue}
        hint="The complete value of the header, including “Bearer ” if the server requires it."
        isSet={server?.hasApiKey ?? false}
        canClear={false}
        draft={draft.apiKeyValue}
        error={errorAt('apiKeyValue')}
        onChange={(apiKeyValue) => change({ apiKeyValue })}
      />
    </>
  );
}
