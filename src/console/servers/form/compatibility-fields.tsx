import type { EditableServerFragment } from '../../generated/servers.js';
import { Checkbox, Select, TextField } from '../../ui/form/field.js';
import { isStrict, type CompatibilityDraft } from './compatibility-draft.js';
import { PairRows } from './pair-rows.js';
import styles from '../parts/servers.module.css';

type StoredCompatibility = NonNullable<EditableServerFragment['oauth2Compatibility']>['activeSettings'];

/** What may be relaxed for a provider that breaks the rules; folded, and open where something is. */
export function CompatibilityFields({
  draft,
  activeSettings,
  change,
  mistakeOf,
}: {
  draft: CompatibilityDraft;
  /** What is relaxed on the server now, and why that is less safe. */
  activeSettings: StoredCompatibility;
  change: (changed: Partial<CompatibilityDraft>) => void;
  mistakeOf: (field: string) => string | undefined;
}) {
  return (
    <details className={styles.more} open={!isStrict(draft) || undefined}>
      <summary>Compatibility</summary>
      <p className={styles.quiet}>
        For providers that break the rules. All of it is less safe; leave it alone unless a diagnosis names
        it.
      </p>
      {activeSettings.length > 0 && (
        <ul className={styles.warnings}>
          {activeSettings.map(({ setting, lessSafe }) => (
            <li key={setting}>
              <code>{setting}</code> {lessSafe}
            </li>
          ))}
        </ul>
      )}
      <Select
        label="Resource parameter"
        value={draft.resource}
        onChange={(resource) => change({ resource })}
        options={{ AUTO: 'As the server names itself', OMIT: 'Leave it out', CUSTOM: 'Another one' }}
        mistake={mistakeOf('resource')}
      />
      {draft.resource === 'CUSTOM' && (
        <TextField
          label="Resource"
          value={draft.customResource}
          onChange={(customResource) => change({ customResource })}
          mistake={mistakeOf('customResource')}
        />
      )}
      <Select
        label="PKCE"
        value={draft.pkce}
        onChange={(pkce) => change({ pkce })}
        options={{
          REQUIRE_ADVERTISED: 'The provider has to announce it',
          ASSUME_S256: 'Believe that it checks S256',
        }}
        mistake={mistakeOf('pkce')}
      />
      <Select
        label="Issuer"
        value={draft.issuer}
        onChange={(issuer) => change({ issuer })}
        options={{ EXACT: 'Exactly the one announced', ALLOW: 'Another name as well' }}
        mistake={mistakeOf('issuer')}
      />
      {draft.issuer === 'ALLOW' && (
        <TextField
          label="Allowed issuer"
          value={draft.allowedIssuer}
          onChange={(allowedIssuer) => change({ allowedIssuer })}
          mistake={mistakeOf('allowedIssuer')}
        />
      )}
      <Select
        label="Client authentication"
        value={draft.tokenAuthMethod}
        onChange={(tokenAuthMethod) => change({ tokenAuthMethod })}
        options={{
          AUTO: 'As registered',
          BASIC: 'Secret in the Authorization header',
          POST: 'Secret in the request body',
          NONE: 'No secret',
        }}
        mistake={mistakeOf('tokenAuthMethod')}
      />
      <Select
        label="Between scopes"
        value={draft.scopeSeparator}
        onChange={(scopeSeparator) => change({ scopeSeparator })}
        options={{
          ' ': 'A space',
          ',': 'A comma',
          ';': 'A semicolon',
          '|': 'A vertical bar',
          '+': 'A plus sign',
        }}
        mistake={mistakeOf('scopeSeparator')}
      />
      <TextField
        label="Client metadata document"
        hint="An https URL that then is the client id, where the provider takes such documents."
        value={draft.clientMetadataUrl}
        onChange={(clientMetadataUrl) => change({ clientMetadataUrl })}
        mistake={mistakeOf('clientMetadataUrl')}
      />
      <Checkbox
        label="Accept plain http"
        hint="With private addresses that are allowed here, and no others."
        isChecked={draft.acceptsPlainHttp}
        onChange={(acceptsPlainHttp) => change({ acceptsPlainHttp })}
      />
      <p>
        <b>More parameters for the authorization request</b>
      </p>
      <PairRows
        rows={draft.extraAuthorizationParams}
        onChange={(extraAuthorizationParams) => change({ extraAuthorizationParams })}
        noun="parameter"
        mistakeOf={(index, part) => mistakeOf(`extraAuthorizationParams[${index}].${part}`)}
      />
    </details>
  );
}
