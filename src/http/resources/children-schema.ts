import { type Static, Type } from 'typebox';
import {
  MAX_CHILD_KEY_LENGTH,
  MAX_CHILD_WEIGHT,
  MAX_CHILDREN_PER_CALL,
  ON_FAILURE,
} from '../../core/children.ts';
import { STORED_STATES } from '../../core/task-state.ts';

const CLOSED = { additionalProperties: false } as const;
const MAX_LIMIT = 500;
const DEFAULT_LIMIT = 100;

/** The query of lists of children. */
export const ChildrenQuery = Type.Object({
  After: Type.Optional(Type.String({ pattern: '^\\d{1,9}$', description: 'Only children after this Id' })),
  State: Type.Optional(Type.Enum([...STORED_STATES])),
  Limit: Type.Optional(
    Type.String({
      pattern: '^([1-9]\\d?|[1-4]\\d\\d|500)$',
      description: `1 to ${MAX_LIMIT}; ${DEFAULT_LIMIT} where it is absent`,
    }),
  ),
});

/** What a query of lists of children asks for. */
export function readChildrenQuery({ After, State, Limit }: Static<typeof ChildrenQuery>) {
  return { afterId: Number(After ?? 0), state: State, limit: Number(Limit ?? DEFAULT_LIMIT) };
}

/** `POST /Workers/Leases/{lease}/Children` */
export const StartChildren = Type.Object(
  {
    Children: Type.Array(
      Type.Object(
        {
          Key: Type.String({
            minLength: 1,
            maxLength: MAX_CHILD_KEY_LENGTH,
            description: 'A run that begins again starts no key twice',
          }),
          Name: Type.String({ description: 'A definition' }),
          ParameterObject: Type.Optional(
            Type.Union([Type.Object({}, { additionalProperties: true }), Type.Null()]),
          ),
          Description: Type.Optional(Type.String()),
          Weight: Type.Optional(
            Type.Integer({
              minimum: 1,
              maximum: MAX_CHILD_WEIGHT,
              description: "Its share of the task's progress; 1 where it is absent",
            }),
          ),
        },
        CLOSED,
      ),
      { minItems: 1, maxItems: MAX_CHILDREN_PER_CALL },
    ),
  },
  CLOSED,
);

/** The answer of it. */
export const StartedChildren = Type.Object({
  Ids: Type.Array(Type.Integer(), { description: 'In the order of the children' }),
});

const counts = {
  Total: Type.Integer(),
  Ended: Type.Integer(),
  Failed: Type.Integer({ description: 'Of those that have ended' }),
};

/** `POST /Workers/Leases/{lease}/Wait` */
export const Wait = Type.Union([
  Type.Object(
    {
      OnFailure: Type.Optional(Type.Enum([...ON_FAILURE])),
      ProgressPercent: Type.Optional(Type.Number({ minimum: 0, maximum: 100 })),
      ProgressDescription: Type.Optional(Type.String()),
    },
    CLOSED,
  ),
  Type.Null(),
]);

/** The answer of it. */
export const Waiting = Type.Object({
  Waits: Type.Boolean({
    description: 'true: the lease is over, and the task has another run when all children have ended',
  }),
  ...counts,
});

/** The answer of `GET /Workers/Leases/{lease}/Children`. */
export const LeaseChildren = Type.Object({
  ...counts,
  Children: Type.Array(
    Type.Object({
      Id: Type.Integer(),
      Key: Type.String(),
      Name: Type.String(),
      State: Type.String(),
      Result: Type.String(),
      FileName: Type.String(),
    }),
  ),
});
