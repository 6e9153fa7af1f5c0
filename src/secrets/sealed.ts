import { TextType, p } from '@mikro-orm/core';

/** The type of a column that holds what the vault has sealed. It is text to the database, and a mark to `sealedColumns`. */
export class SealedText extends TextType {}

/**
 * A property whose column holds sealed text and nothing else. Every such column has to be declared by this: it is how
 * `rotate-keys` and the start find what a key still seals. The value has to be sealed for its own place, which is the
 * entity's table, this column, and the row's primary key.
 */
export const sealed = () => p.type(SealedText).lazy().hidden();
