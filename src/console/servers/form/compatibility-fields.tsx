import type { EditableServerFragment } from '../../generated/servers.js';
import { Checkbox, Select, TextField } from '../../ui/form/field.js';
import type { ErrorAt } from '../../ui/form/field-errors.js';
import { compatibilityChoices, fieldLabels, settingLabel } from '../parts/labels.js';
import { isStrict, type CompatibilityDraft } from './compatibility-draft.js';
import { PairRows } from './pair-rows.js';
import styles from '../parts/servers.module.css';

type StoredCompatibility = NonNullable<EditableServerFragment['oauth2Compatibility']>['activeSettings'];

/** The compatibility settings of a provider that violates a standard. Collapsed unless one of them is active. */
export function CompatibilityFields({
  draft,
  activeSettings,
  change,
  errorAt,
}: {
  draft: CompatibilityDraft;
  /** The settings in force on the server, each with its risk. */
  activeSettings: StoredCompatibility;
  change: (changed: Partial<CompatibilityDraft>) => void;
  errorAt: ErrorAt;
}) {
  return (
    <details className={styles.more} open={!isStrict(draft) || undefined}>
      <summary>{fieldLabels.oauth2Compatibility}</summary>
      <p className={styles.quiet}>
        For providers that don’t follow the standards. Each setting reduces security. Change one only if a
        diagnosis suggests it.
      </p>
      {activeSettings.length > 0 && (
        <ul className={styles.warnings}>
          {activeSettings.map(({ setting, lessSafe }) => (
            <li key={setting}>
              <b>{settingLabel(setting)}</b>: {lessSafe}
            </li>
          ))}
        </ul>
      )}
      <Select
        label={fieldLabels['oauth2Compatibility.resource']}
        value={draft.resource}
        onChange={(resource) => change({ resource })}
        options={compatibilityChoices.resource}
        error={errorAt('resource')}
      />
      {draft.resource === 'CUSTOM' && (
        <TextField
          label={fieldLabels['oauth2Compatibility.customResource']}
          value={draft.customResource}
          onChange={(customResource) => change({ customResource })}
          error={errorAt('customResource')}
        />
      )}
      <Select
        label={fieldLabels['oauth2Compatibility.pkce']}
        value={draft.pkce}
        onChange={(pkce) => change({ pkce })}
        options={compatibilityChoices.pkce}
        error={errorAt('pkce')}
      />
      <Select
        label={fieldLabels['oauth2Compatibility.issuer']}
        value={draft.issuer}
        onChange={(issuer) => change({ issuer })}
        options={compatibilityChoices.issuer}
        error={errorAt('issuer')}
      />
      {draft.issuer === 'ALLOW' && (
        <TextField
          label={fieldLabels['oauth2Compatibility.allowedIssuer']}
          value={draft.allowedIssuer}
          onChange={(allowedIssuer) => change({ allowedIssuer })}
          error={errorAt('allowedIssuer')}
        />
      )}
      <Select
        label={fieldLabels['oauth2Compatibility.tokenAuthMethod']}
        value={draft.tokenAuthMethod}
        onChange={(tokenAuthMethod) => change({ tokenAuthMethod })}
        options={compatibilityChoices.tokenAuthMethod}
        error={errorAt('tokenAuthMethod')}
      />
      <Select
        label={fieldLabels['oauth2Compatibility.tokenType']}
        value={draft.tokenType}
        onChange={(tokenType) => change({ tokenType })}
        options={compatibilityChoices.tokenType}
        error={errorAt('tokenType')}
      />
      <Select
        label={fieldLabels['oauth2Compatibility.consentPrompt']}
        value={draft.consentPrompt}
        onChange={(consentPrompt) => change({ consentPrompt })}
        options={compatibilityChoices.consentPrompt}
        error={errorAt('consentPrompt')}
      />
      <Select
        label={fieldLabels['oauth2Compatibility.scopeSeparator']}
        value={draft.scopeSeparator}
        onChange={(scopeSeparator) => change({ scopeSeparator })}
        options={compatibilityChoices.scopeSeparator}
        error={errorAt('scopeSeparator')}
      />
      <TextField
        label={fieldLabels['oauth2Compatibility.clientMetadataUrl']}
        hint="An HTTPS URL to use as the client ID, if the provider supports client metadata documents."
        value={draft.clientMetadataUrl}
        onChange={(clientMetadataUrl) => change({ clientMetadataUrl })}
        error={errorAt('clientMetadataUrl')}
      />
      <Checkbox
        label={fieldLabels['oauth2Compatibility.acceptsPlainHttp']}
        hint="Only for private addresses that Switchboard’s configuration allows."
        error={errorAt('acceptsPlainHttp')}
        isChecked={draft.acceptsPlainHttp}
        onChange={(acceptsPlainHttp) => change({ acceptsPlainHttp })}
      />
      <p>
        <b>{fieldLabels['oauth2Compatibility.extraAuthorizationParams']}</b>
      </p>
      <p className={styles.quiet}>Added to every authorization request.</p>
      <PairRows
        rows={draft.extraAuthorizationParams}
        onChange={(extraAuthorizationParams) => change({ extraAuthorizationParams })}
        noun="parameter"
        error={errorAt('extraAuthorizationParams')}
        errorAt={(index, part) => errorAt(`extraAuthorizationParams[${index}].${part}`)}
      />
    </details>
  );
}
