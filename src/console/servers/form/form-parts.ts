import type { EditableServerFragment } from '../../generated/servers.js';
import type { ServerDraft } from './draft.js';

/** What every part of the form is handed. */
export interface FormPartProps {
  draft: ServerDraft;
  change: (changed: Partial<ServerDraft>) => void;
  /** The server as it is stored; null for a new one. */
  server: EditableServerFragment | null;
  /** What the server says of a field, by the path that it uses: `customHeaders[1].name`. */
  mistakeOf: (path: string) => string | undefined;
}
