import type { Generated, GeneratedAlways } from 'kysely';

/** Table `batchline.associate`: accounts. */
export interface AssociateTable {
  id: GeneratedAlways<number>;
  login: string;
  /** The login in lower case, because logins are case-insensitive. */
  login_key: string;
  name: string;
  password_hash: string;
  roles: string[];
  tenant: string | null;
  disabled: Generated<boolean>;
  created: Generated<Date>;
}

/** Table `batchline.api_token`: hashes of bearer tokens. */
export interface ApiTokenTable {
  id: GeneratedAlways<number>;
  associate_id: number;
  name: string;
  /** SHA-256 of the token, hexadecimal. */
  hash: string;
  scopes: string[];
  /** The definitions, in lower case, that the scope `worker` is limited to. */
  definitions: string[] | null;
  /** The token that created it. Revoking that token revokes this one. */
  parent_id: number | null;
  /** Roles of the sign-in that created it, if they came from claims; null for those of the associate. */
  roles: string[] | null;
  /** Tenant of the sign-in that created it; null for that of the associate. */
  tenant: string | null;
  created: Generated<Date>;
  expires: Date | null;
}

/** Table `batchline.sign_in`: hashes of tickets and cookie sessions. */
export interface SignInTable {
  id: GeneratedAlways<number>;
  associate_id: number;
  kind: 'ticket' | 'cookie';
  /** SHA-256 of the secret, hexadecimal. */
  hash: string;
  created: Generated<Date>;
  /** When it expires if it is not used; extended by use. */
  expires: Date;
  /** When it expires even if it is used. */
  ends: Date;
}

/** Table `batchline.application`: applications with the hashes of their SO-AppTokens. */
export interface ApplicationTable {
  id: GeneratedAlways<number>;
  name: string;
  /** SHA-256 of the token, hexadecimal. */
  hash: string;
  /** Maximum scopes of its calls; null sets no limit. */
  scopes: string[] | null;
  created: Generated<Date>;
}
