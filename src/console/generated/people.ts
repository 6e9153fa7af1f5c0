/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
/** A user to create. */
export type CreateUserInput = {
  /** One line of 1 to 200 characters. Defaults to the part of the email address before the @. */
  displayName?: string | null | undefined;
  /** The user’s email address: unique, at most 254 characters, stored in lower case. */
  email: string;
  /** Defaults to `MEMBER`. */
  role?: Role | null | undefined;
};

/** The permissions of a user. */
export type Role =
  /** Manages users and MCP servers, and has the permissions of a member. */
  | 'ADMIN'
  /** Sees enabled MCP servers and connects their own accounts to them. */
  | 'MEMBER';

/** Changes to a user. Omitted fields are kept. A field must not be null. */
export type UpdateUserInput = {
  /** `true` ends the user’s sessions, API tokens and sign-in links, and disconnects and revokes their accounts. `false` lets the user sign in again. */
  disabled?: boolean | null | undefined;
  /** One line of 1 to 200 characters. */
  displayName?: string | null | undefined;
  /** Takes effect with the user’s next request. */
  role?: Role | null | undefined;
};

export type UsersQueryVariables = Exact<{
  search: string;
  after?: string | null | undefined;
}>;


export type UsersQuery = { users: { totalCount: number, edges: Array<{ node: { id: string, displayName: string, email: string, role: Role, disabledAt: string | null, createdAt: string } }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null };

export type CreateUserMutationVariables = Exact<{
  input: CreateUserInput;
}>;


export type CreateUserMutation = { createUser: { user: { id: string, displayName: string } } | null };

export type UpdateUserMutationVariables = Exact<{
  id: string | number;
  input: UpdateUserInput;
}>;


export type UpdateUserMutation = { updateUser: { user: { id: string } } | null };

export type CreateSignInLinkMutationVariables = Exact<{
  userId: string | number;
}>;


export type CreateSignInLinkMutation = { createSignInLink: { signInLink: { url: string, expiresAt: string } } | null };

export class TypedDocumentString<TResult, TVariables>
  extends String
  implements DocumentTypeDecoration<TResult, TVariables>
{
  __apiType?: NonNullable<DocumentTypeDecoration<TResult, TVariables>['__apiType']>;
  private value: string;
  public __meta__?: Record<string, any> | undefined;

  constructor(value: string, __meta__?: Record<string, any> | undefined) {
    super(value);
    this.value = value;
    this.__meta__ = __meta__;
  }

  override toString(): string & DocumentTypeDecoration<TResult, TVariables> {
    return this.value;
  }
}

export const UsersDocument = new TypedDocumentString(`
    query Users($search: String!, $after: String) {
  users(search: $search, after: $after) {
    edges {
      node {
        id
        displayName
        email
        role
        disabledAt
        createdAt
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
    totalCount
  }
}
    `) as unknown as TypedDocumentString<UsersQuery, UsersQueryVariables>;
export const CreateUserDocument = new TypedDocumentString(`
    mutation CreateUser($input: CreateUserInput!) {
  createUser(input: $input) {
    user {
      id
      displayName
    }
  }
}
    `) as unknown as TypedDocumentString<CreateUserMutation, CreateUserMutationVariables>;
export const UpdateUserDocument = new TypedDocumentString(`
    mutation UpdateUser($id: ID!, $input: UpdateUserInput!) {
  updateUser(id: $id, input: $input) {
    user {
      id
    }
  }
}
    `) as unknown as TypedDocumentString<UpdateUserMutation, UpdateUserMutationVariables>;
export const CreateSignInLinkDocument = new TypedDocumentString(`
    mutation CreateSignInLink($userId: ID!) {
  createSignInLink(userId: $userId) {
    signInLink {
      url
      expiresAt
    }
  }
}
    `) as unknown as TypedDocumentString<CreateSignInLinkMutation, CreateSignInLinkMutationVariables>;