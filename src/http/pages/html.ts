/** Escaped HTML. Only `html` creates it, so no text reaches a page unescaped by accident. */
export class Html {
  readonly #source: string;

  constructor(source: string) {
    this.#source = source;
  }

  toString(): string {
    return this.#source;
  }
}

type Piece = Html | string | number | false | null | undefined | readonly Piece[];

const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/**
 * Builds HTML from a template. Escapes every value for element content and quoted attributes, except `Html`. Joins lists,
 * and omits false, null and undefined.
 */
export function html(literals: TemplateStringsArray, ...pieces: Piece[]): Html {
  return new Html(
    literals.map((literal, i) => (i === 0 ? literal : render(pieces[i - 1]) + literal)).join(''),
  );
}

function render(piece: Piece): string {
  if (piece === undefined || piece === null || piece === false) return '';
  if (piece instanceof Html) return piece.toString();
  if (typeof piece === 'object') return piece.map(render).join('');
  return String(piece).replaceAll(/[&<>"']/g, (character) => entities[character] ?? '');
}
