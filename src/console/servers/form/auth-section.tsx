import type { McpServerAuthType } from '../../generated/servers.js';
import { Choice, TextField } from '../../ui/form/field.js';
import { CopyButton } from '../../ui/form/copy-button.js';
import { CompatibilityFields } from './compatibility-fields.js';
import { FormSection } from './form-section.js';
import type { FormPartProps } from './form-parts.js';
import { HeadersField } from './headers-field.js';
import { SecretField } from './secret-field.js';
import styles from '../parts/servers.module.css';
import { authTypes } from '../parts/labels.js';

/** How requests to the server are authorized, and what that type needs. */
export function AuthSection(props: FormPartProps & { redirectUri: string }) {
  const { draft, change } = props;
  return (
    <FormSection title="Authorization" lead="How requests to the server are authorized.">
      <Choice<McpServerAuthType>
        label="Type"
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

function OAuth2Fields({
  draft,
  change,
  server,
  mistakeOf,
  redirectUri,
}: FormPartProps & { redirectUri: string }) {
  const text = (
    field:
      | 'oauth2ClientId'
      | 'oauth2AuthUrl'
      | 'oauth2TokenUrl'
      | 'oauth2RevocationUrl'
      | 'oauth2Scopes'
      | 'oauth2Issuer',
  ) => ({
    value: draft[field],
    onChange: (value: string) => change({ [field]: value }),
    mistake: mistakeOf(field),
    spellCheck: false,
  });
  const isMadeHere =
    server?.oauth2Registration === 'DYNAMIC' || server?.oauth2Registration === 'METADATA_DOCUMENT';
  return (
    <>
      <div>
        <p>
          <b>Redirect URI</b>
        </p>
        <p className={styles.quiet}>What to enter where a client has to be registered by hand.</p>
        <p className={styles.row}>
          <code className={styles.address}>{redirectUri}</code>
          <CopyButton text={redirectUri} what="the redirect URI" />
        </p>
      </div>
      <TextField
        label="Client id"
        hint={
          isMadeHere
            ? 'Switchboard registered itself. Another id here replaces that registration.'
            : 'Leave it empty where clients can register themselves: it is filled in when you save.'
        }
        {...text('oauth2ClientId')}
      />
      <SecretField
        label="Client secret"
        isSet={server?.hasOauth2ClientSecret ?? false}
        canClear
        draft={draft.oauth2ClientSecret}
        mistake={mistakeOf('oauth2ClientSecret')}
        onChange={(oauth2ClientSecret) => change({ oauth2ClientSecret })}
      />
      <TextField
        label="Scopes"
        hint="Separated by spaces. Empty: what the server asks for."
        {...text('oauth2Scopes')}
      />
      <details className={styles.more}>
        <summary>Endpoints</summary>
        <p className={styles.quiet}>
          Discovered unless you enter them. By hand: with a client id, the first two at least.
        </p>
        <TextField label="Issuer" inputMode="url" {...text('oauth2Issuer')} />
        <TextField label="Authorization URL" inputMode="url" {...text('oauth2AuthUrl')} />
        <TextField label="Token URL" inputMode="url" {...text('oauth2TokenUrl')} />
        <TextField label="Revocation URL" inputMode="url" {...text('oauth2RevocationUrl')} />
      </details>
      <CompatibilityFields
        draft={draft.oauth2Compatibility}
        activeSettings={server?.oauth2Compatibility?.activeSettings ?? []}
        change={(changed) => change({ oauth2Compatibility: { ...draft.oauth2Compatibility, ...changed } })}
        mistakeOf={(field) => mistakeOf(`oauth2Compatibility.${field}`)}
      />
    </>
  );
}

function ApiKeyFields({ draft, change, server, mistakeOf }: FormPartProps) {
  return (
    <>
      <TextField
        label="Header"
        value={draft.apiKeyHeader}
        onChange={(apiKeyHeader) => change({ apiKeyHeader })}
        mistake={mistakeOf('apiKeyHeader')}
        spellCheck={false}
      />
      <SecretField
        label="Key"
        hint="The header’s whole value, with “Bearer ” if the server wants that."
        isSet={server?.hasApiKey ?? false}
        canClear={false}
        draft={draft.apiKeyValue}
        mistake={mistakeOf('apiKeyValue')}
        onChange={(apiKeyValue) => change({ apiKeyValue })}
      />
    </>
  );
}
