import { TextType, p } from '@mikro-orm/core';

/** The type of a column that the vault seals. For the database it is text; `sealedColumns` finds columns by it. */
export class SealedText extends TextType {}

/**
 * Declares a property whose column contains sealed text only. Every such column must be declared by this function, because
 * `rotate-keys` and the start find by it what a key still seals. A value must be sealed for its own place: the entity's
 * table, this column, and the row's primary key.
 */
export const sealed = () => p.type(SealedText).lazy().hidden();
