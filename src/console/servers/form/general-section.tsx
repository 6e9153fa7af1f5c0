import type { ReactNode } from 'react';
import { Checkbox, Choice, Select, TextArea, TextField } from '../../ui/form/field.js';
import { FormSection } from './form-section.js';
import type { FormPartProps } from './form-parts.js';
import { availabilities } from '../parts/labels.js';

/** Where the server is and what people call it. */
export function GeneralSection({
  draft,
  change,
  mistakeOf,
  onSlugTouched,
  children,
}: FormPartProps & {
  /** From now on the name does not suggest another one. */
  onSlugTouched: () => void;
  /** What stands below the address. */
  children: ReactNode;
}) {
  return (
    <>
      <FormSection title="Address" lead="The MCP endpoint.">
        <TextField
          label="URL"
          inputMode="url"
          placeholder="https://mcp.example.com/mcp"
          required
          spellCheck={false}
          value={draft.url}
          onChange={(url) => change({ url })}
          mistake={mistakeOf('url')}
        />
        {children}
        <Select
          label="Transport"
          value={draft.transport}
          onChange={(transport) => change({ transport })}
          options={{ STREAMABLE_HTTP: 'Streamable HTTP', SSE: 'HTTP with server-sent events (2024-11-05)' }}
          mistake={mistakeOf('transport')}
        />
      </FormSection>
      <FormSection title="Name" lead="What people see.">
        <TextField
          label="Name"
          required
          value={draft.displayName}
          onChange={(displayName) => change({ displayName })}
          mistake={mistakeOf('displayName')}
        />
        <TextField
          label="Slug"
          hint="Short and unique, for addresses and configuration files."
          required
          spellCheck={false}
          value={draft.slug}
          onChange={(slug) => {
            onSlugTouched();
            change({ slug });
          }}
          mistake={mistakeOf('slug')}
        />
        <TextArea
          label="Description"
          value={draft.description}
          onChange={(description) => change({ description })}
          mistake={mistakeOf('description')}
        />
        <TextField
          label="Icon URL"
          hint="For your products; the console shows the first letter."
          inputMode="url"
          spellCheck={false}
          value={draft.iconUrl}
          onChange={(iconUrl) => change({ iconUrl })}
          mistake={mistakeOf('iconUrl')}
        />
      </FormSection>
    </>
  );
}

/** Whether it may be used, and whether products begin with it on. */
export function AvailabilitySection({ draft, change }: FormPartProps) {
  return (
    <FormSection title="Availability" lead="Who finds it in your products.">
      <Checkbox
        label="Enabled"
        hint="Members see enabled servers only. Disabling keeps everybody’s connection."
        isChecked={draft.enabled}
        onChange={(enabled) => change({ enabled })}
      />
      <Choice
        label="For each person"
        value={draft.availability}
        onChange={(availability) => change({ availability })}
        options={availabilities}
      />
    </FormSection>
  );
}
