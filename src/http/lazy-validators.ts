import { Ajv, type ErrorObject, type Options, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import type { FastifySchemaCompiler } from 'fastify';

/**
 * Unlike Fastify's defaults: values are neither coerced nor removed, and all errors are reported. The schemas come from the
 * sources, so they are not validated themselves.
 */
const OPTIONS: Options = {
  coerceTypes: false,
  removeAdditional: false,
  useDefaults: true,
  allErrors: true,
  addUsedSchema: false,
  validateSchema: false,
};

/**
 * Returns Fastify's compiler of request schemas. It compiles a schema at the first request that needs it: a server has hundreds,
 * which would take a tenth of the CPU time of its start.
 */
export function lazyValidators(): FastifySchemaCompiler<object> {
  const ajv = new Ajv(OPTIONS);
  addFormats.default(ajv);
  return ({ schema }) => {
    let compiled: ValidateFunction | undefined;
    const validate = (value: unknown): boolean => {
      compiled ??= ajv.compile(schema);
      const isValid = compiled(value);
      validate.errors = compiled.errors ?? null;
      return isValid;
    };
    validate.errors = null as ErrorObject[] | null;
    return validate;
  };
}
