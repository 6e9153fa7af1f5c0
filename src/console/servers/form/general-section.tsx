import type { ReactNode } from 'react';
import { Checkbox, Choice, Select, TextArea, TextField } from '../../ui/form/field.js';
import { FormSection } from './form-section.js';
import type { FormPartProps } from './form-parts.js';
import { availabilities, fieldLabels } from '../parts/labels.js';

/** The address and the name of a server. */
export function GeneralSection({
  draft,
  change,
  errorAt,
  onSlugTouched,
  children,
}: FormPartProps & {
  /** Called when the user edits the slug. The name no longer suggests one then. */
  onSlugTouched: () => void;
  /** Displayed below the URL. */
  children: ReactNode;
}) {
  return (
    <>
      <FormSection title="Address" lead="The MCP endpoint of the server.">
        <TextField
          label={fieldLabels.url}
          inputMode="url"
          placeholder="https://mcp.example.com/mcp"
          required
          spellCheck={false}
          value={draft.url}
          onChange={(url) => change({ url })}
          error={errorAt('url')}
        />
        {children}
        <Select
          label={fieldLabels.transport}
          value={draft.transport}
          onChange={(transport) => change({ transport })}
          options={{
            STREAMABLE_HTTP: 'Streamable HTTP',
            SSE: 'HTTP with server-sent events (2024-11-05, deprecated)',
          }}
          error={errorAt('transport')}
        />
      </FormSection>
      <FormSection title="Name" lead="Shown to users in the console and in your products.">
        <TextField
          label={fieldLabels.displayName}
          required
          value={draft.displayName}
          onChange={(displayName) => change({ displayName })}
          error={errorAt('displayName')}
        />
        <TextField
          label={fieldLabels.slug}
          hint="A short, unique name for URLs and configuration files."
          required
          spellCheck={false}
          value={draft.slug}
          onChange={(slug) => {
            onSlugTouched();
            change({ slug });
          }}
          error={errorAt('slug')}
        />
        <TextArea
          label={fieldLabels.description}
          value={draft.description}
          onChange={(description) => change({ description })}
          error={errorAt('description')}
        />
        <TextField
          label={fieldLabels.iconUrl}
          hint="Used by your products. The console shows the first letter of the name."
          inputMode="url"
          spellCheck={false}
          value={draft.iconUrl}
          onChange={(iconUrl) => change({ iconUrl })}
          error={errorAt('iconUrl')}
        />
      </FormSection>
    </>
  );
}

/** Availability of the server, for members and in products. */
export function AvailabilitySection({ draft, change }: FormPartProps) {
  return (
    <FormSection title="Availability" lead="Who can use the server.">
      <Checkbox
        label={fieldLabels.enabled}
        hint="Members only see enabled servers. Disabling a server keeps its connected accounts."
        isChecked={draft.enabled}
        onChange={(enabled) => change({ enabled })}
      />
      <Choice
        label={fieldLabels.availability}
        value={draft.availability}
        onChange={(availability) => change({ availability })}
        options={availabilities}
      />
    </FormSection>
  );
}
