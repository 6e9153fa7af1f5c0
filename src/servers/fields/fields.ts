import { authFields } from './auth-fields.js';
import type { ServerField } from './field.js';
import { generalFields } from './general-fields.js';

/*
 * The fields of a server, and the lists that follow from them. The files of this folder import nothing else: both the
 * server and the console use them.
 */

/** Every field of a server, declared once. */
export const serverFields = { ...generalFields, ...authFields };

type Declared = typeof serverFields;
export type FieldName = keyof Declared;
export type AuthTypeWithFields = NonNullable<ServerField['authType']>;

/** The names of the fields whose declaration has these properties. */
export type FieldsWith<Properties> = {
  [Field in FieldName]: Declared[Field] extends Properties ? Field : never;
}[FieldName];

type Wanted = { readonly [Key in 'audience' | 'source' | 'authType']?: readonly ServerField[Key][] };
type Matching<W extends Wanted> = FieldsWith<{
  readonly [Key in keyof W]: W[Key] extends readonly (infer Value)[] ? Value : never;
}>;

/** Returns the names of the fields that have one of the listed values in each property. */
export function fieldsWith<const W extends Wanted>(wanted: W): Matching<W>[] {
  return Object.entries<ServerField>(serverFields).flatMap(([name, field]) => {
    const matches = Object.entries(wanted).every(([key, values]) =>
      (values as readonly unknown[]).includes(field[key as keyof Wanted]),
    );
    return matches ? [name as Matching<W>] : [];
  });
}

/** Tells whether servers of an auth type have a field. Fields of every server belong to none. */
export function belongsTo(field: FieldName, authType: string): boolean {
  const { authType: owner, alsoFor = [] }: ServerField = serverFields[field];
  return owner === authType || alsoFor.some((other) => other === authType);
}

const writtenColumns = ['GIVEN', 'DISCOVERED', 'DERIVED'] as const;
const authTypes = ['OAUTH2', 'API_KEY', 'CUSTOM_HEADERS'] as const;

/** The columns that every viewer may read. */
export const memberColumns = fieldsWith({ audience: ['EVERYONE'] });

/** The columns that only administrators may read. For other viewers they are never selected. */
export const adminColumns = fieldsWith({
  audience: ['ADMIN'],
  source: [...writtenColumns, 'GENERATED', 'STATE'],
});

/** The columns that no response contains, and that edits and registrations start from. */
export const internalColumns = fieldsWith({ audience: ['NONE'], source: ['DISCOVERED'] });

/** The columns that an auth type owns. They are empty on a server of another type. */
export const authColumnNames = fieldsWith({ authType: authTypes, source: writtenColumns });

export const secretFields = fieldsWith({ source: ['SECRET'] });

/** The settings of one auth type or another. */
export const authSettings = fieldsWith({ authType: authTypes, source: ['GIVEN', 'SECRET'] });

export type SecretField = (typeof secretFields)[number];
export type AuthSetting = (typeof authSettings)[number];
type FieldsOf<Type extends AuthTypeWithFields, Source> =
  FieldsWith<{ authType: Type; source: Source }> | FieldsWith<{ alsoFor: readonly Type[]; source: Source }>;
export type AuthColumn<Type extends AuthTypeWithFields = AuthTypeWithFields> = FieldsOf<
  Type,
  (typeof writtenColumns)[number]
>;
export type AuthSecret<Type extends AuthTypeWithFields> = FieldsOf<Type, 'SECRET'>;

/** The settings that every server has. `authType` is not among them: it decides which others there are. */
export type GeneralSetting = Exclude<FieldsWith<{ source: 'GIVEN' }>, AuthSetting | 'authType'>;
export const generalSettings = fieldsWith({ source: ['GIVEN'] }).filter(
  (field): field is GeneralSetting => !('authType' in serverFields[field]) && field !== 'authType',
);

export type SettingField = GeneralSetting | 'authType' | AuthSetting;
