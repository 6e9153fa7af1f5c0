import type { EditableServerFragment } from '../../generated/servers.js';
import type { ErrorAt } from '../../ui/form/field-errors.js';
import type { ServerDraft } from './draft.js';

/** The props of every part of the form. */
export interface FormPartProps {
  draft: ServerDraft;
  change: (changed: Partial<ServerDraft>) => void;
  /** The stored server, or null for a new one. */
  server: EditableServerFragment | null;
  errorAt: ErrorAt;
}
