/** The schema that our statements are written for, and the default of the setting. */
export const DEFAULT_SCHEMA = 'batchline';
/** Follows the name of the schema in that of the schema with imported tables. */
const DATA_SUFFIX = '_data';
/** Maximum length in bytes of a name in PostgreSQL. */
const MAX_NAME = 63;
/** Maximum length of the name of the schema. */
export const MAX_SCHEMA_NAME = MAX_NAME - DATA_SUFFIX.length;

/** Returns true if the server can use a schema of this name. */
export function isSchemaName(name: string): boolean {
  return (
    /^[a-z_][a-z0-9_]*$/.test(name) &&
    name.length <= MAX_SCHEMA_NAME &&
    !name.startsWith('pg_') &&
    !['public', 'information_schema'].includes(name)
  );
}

/** Our two schemas, as statements name them. */
const OURS = `${DEFAULT_SCHEMA}(?:${DATA_SUFFIX})?`;
/** Precedes a name of a schema that stands alone. */
const SCHEMA_KEYWORD = String.raw`(?<=\bschema\s+(?:if\s+(?:not\s+)?exists\s+)?)`;
/** Functions that read their first argument as the name of an object. */
const NAMING = String.raw`(?<=\b(?:nextval|currval|setval|to_regclass|to_regnamespace|pg_get_serial_sequence)\s*\(\s*)`;

/**
 * The tokens of a statement that can contain a name, in order of precedence, as PostgreSQL's lexer reads them. Those with a
 * group are names to replace. A string constant is a name only if PostgreSQL reads it as one.
 */
const TOKENS = new RegExp(
  [
    String.raw`--[^\n]*`,
    String.raw`/\*[\s\S]*?\*/`,
    String.raw`\$((?:[a-z_]\w*)?)\$[\s\S]*?\$\1\$`,
    String.raw`\be'(?:[^'\\]|\\[\s\S]|'')*'`,
    String.raw`${NAMING}'(?<argument>${OURS})(?:\.\w+)?'`,
    String.raw`'(?<literal>${OURS})(?:\.\w+)?'(?=\s*::\s*reg)`,
    "'(?:[^']|'')*'",
    String.raw`(?<!\.\s*)"(?<quoted>${OURS})"(?=\s*\.)`,
    `${SCHEMA_KEYWORD}"(?<quotedAlone>${OURS})"`,
    '"(?:[^"]|"")*"',
    String.raw`(?<![\w.]|\.\s+)(?<name>${OURS})(?=\s*\.)`,
    String.raw`${SCHEMA_KEYWORD}(?<alone>${OURS})\b`,
  ].join('|'),
  'gi',
);

/**
 * Replaces the schemas in a statement that is written for the default ones. Texts, comments and names of columns stay as they
 * are.
 */
export function withSchema(text: string, schema: string): string {
  return text.replace(TOKENS, (token: string, ...rest: unknown[]) => {
    const groups = rest.at(-1) as Readonly<Record<string, string | undefined>>;
    const own = Object.values(groups).find((name) => name !== undefined);
    if (own === undefined) return token;
    // A quoted name may be a reserved word.
    const renamed = `"${schema}${own.toLowerCase() === DEFAULT_SCHEMA ? '' : DATA_SUFFIX}"`;
    return token.startsWith("'") ? token.replace(own, renamed) : renamed;
  });
}
