import { invalid } from '../errors.ts';
import { COLUMN_NAMES, type ColumnName, findColumn, kindOf } from './columns.ts';
import type { Filter, FilterContext } from './filter.ts';
import { found, type Token, tokensOf, wrongAt } from './lexer.ts';
import {
  during,
  FUNCTION_NAMES,
  findOperator,
  not,
  type Operator,
  operatorsOf,
  PERIOD_FUNCTIONS,
  type PeriodFunction,
  TEXT_FUNCTIONS,
} from './operators.ts';
import {
  findPeriod,
  type Operand,
  PERIOD_NAMES,
  periodsAround,
  readFlag,
  readInt,
  readOperand,
} from './values.ts';

/** Maximum length of `$filter`, in characters. */
export const MAX_FILTER_LENGTH = 50_000;
/** Maximum nesting of parentheses. */
export const MAX_FILTER_DEPTH = 50;
/** Maximum number of conditions in one filter. */
export const MAX_FILTER_CONDITIONS = 100;
/** Maximum number of values in all lists of one filter. */
export const MAX_FILTER_VALUES = 5000;
/** Maximum number of periods in functions such as `next`. */
const MAX_PERIODS = 1000;

/**
 * Parses `$filter` (contract, section 6):
 *
 * ```
 * filter    = all { "or" all }
 * all       = part { "and" part }
 * part      = "(" filter ")" | function | column operator [ value | "(" value { "," value } ")" ]
 * function  = name "(" argument { "," argument } ")" [ "eq" ( "true" | "false" ) ]
 * ```
 *
 * Names match in any casing.
 *
 * @returns `undefined` if it is blank
 * @throws RequestError (invalid) with the position of the error and the accepted tokens
 */
export function parseFilter(text: string, context: FilterContext): Filter | undefined {
  if (text.length > MAX_FILTER_LENGTH) {
    throw invalid`$filter is ${text.length} characters long; at most ${MAX_FILTER_LENGTH} are accepted.`;
  }
  const tokens = tokensOf(text);
  return tokens.length === 1 ? undefined : new FilterParser(tokens, context).whole();
}

class FilterParser {
  readonly #tokens: readonly Token[];
  readonly #context: FilterContext;
  #next = 0;
  #depth = 0;
  #conditions = 0;
  #values = 0;

  constructor(tokens: readonly Token[], context: FilterContext) {
    this.#tokens = tokens;
    this.#context = context;
  }

  whole(): Filter {
    const filter = this.#any();
    const rest = this.#peek();
    if (rest.type !== 'end') throw wrongAt(rest.at, found(rest), 'and, or or the end');
    return filter;
  }

  #any(): Filter {
    const parts = [this.#all()];
    while (this.#takeIf('word', 'or')) parts.push(this.#all());
    return parts.length === 1 ? (parts[0] as Filter) : { kind: 'or', parts };
  }

  #all(): Filter {
    const parts = [this.#part()];
    while (this.#takeIf('word', 'and')) parts.push(this.#part());
    return parts.length === 1 ? (parts[0] as Filter) : { kind: 'and', parts };
  }

  #part(): Filter {
    const token = this.#take();
    if (token.value === '(' && token.type === 'symbol') {
      this.#depth += 1;
      if (this.#depth > MAX_FILTER_DEPTH) {
        throw wrongAt(token.at, 'one parenthesis too many', `a depth of ${MAX_FILTER_DEPTH}`);
      }
      const inner = this.#any();
      this.#expect(')');
      this.#depth -= 1;
      return inner;
    }
    if (token.type !== 'word') throw wrongAt(token.at, found(token), 'a column, a function or (');
    this.#conditions += 1;
    if (this.#conditions > MAX_FILTER_CONDITIONS) {
      throw wrongAt(token.at, 'one condition too many', `a maximum of ${MAX_FILTER_CONDITIONS}`);
    }
    return this.#peek().value === '(' && this.#peek().type === 'symbol'
      ? this.#function(token)
      : this.#condition(token);
  }

  #condition(name: Token): Filter {
    const column = columnOf(name);
    const token = this.#take();
    const operator = token.type === 'word' || token.type === 'symbol' ? findOperator(token.value) : undefined;
    if (operator === undefined || !operator.kinds.includes(kindOf(column))) {
      throw wrongAt(token.at, found(token), `for ${column} one of ${operatorsOf(kindOf(column))}`);
    }
    return operator.condition(column, this.#operands(column, operator), this.#context);
  }

  #operands(column: ColumnName, { takes }: Operator): Operand[] {
    if (takes === 'nothing') return [];
    if (takes === 'flag') return this.#flag();
    if (takes === 'one') return [this.#operand(column)];
    const close = this.#peek().value === '[' ? ']' : ')';
    this.#expect(close === ']' ? '[' : '(');
    const operands = [this.#operand(column)];
    if (takes === 'two') {
      this.#expect(',');
      operands.push(this.#operand(column));
    } else {
      while (this.#takeIf('symbol', ',')) operands.push(this.#operand(column));
    }
    this.#expect(close);
    return operands;
  }

  /** Takes a flag if one is next. */
  #flag(): Operand[] {
    const flag = ['word', 'number', 'text', 'encoded'].includes(this.#peek().type)
      ? readFlag(this.#peek())
      : undefined;
    if (flag === undefined) return [];
    this.#take();
    return [flag];
  }

  #operand(column: ColumnName): Operand {
    this.#values += 1;
    if (this.#values > MAX_FILTER_VALUES) {
      throw wrongAt(this.#peek().at, 'one value too many', `a maximum of ${MAX_FILTER_VALUES}`);
    }
    return readOperand(kindOf(column), this.#take(), this.#context.zone);
  }

  #function(name: Token): Filter {
    this.#expect('(');
    const key = name.value.toLowerCase();
    const where = Object.hasOwn(TEXT_FUNCTIONS, key) ? TEXT_FUNCTIONS[key] : undefined;
    if (where !== undefined) return this.#textFunction(where);
    const periods = Object.hasOwn(PERIOD_FUNCTIONS, key) ? PERIOD_FUNCTIONS[key] : undefined;
    if (periods !== undefined) return this.#periodFunction(periods);
    throw wrongAt(name.at, found(name), `one of the functions ${FUNCTION_NAMES}`);
  }

  /** Accepts column and text in either order, because OData's substringof has the text first. */
  #textFunction(where: 'start' | 'end' | 'anywhere'): Filter {
    const first = this.#take();
    this.#expect(',');
    const second = this.#take();
    this.#expect(')');
    const [name, value] = first.type === 'word' ? [first, second] : [second, first];
    const column = columnOf(name);
    if (kindOf(column) !== 'text') throw wrongAt(name.at, found(name), 'a text column');
    const text = readOperand('text', value, this.#context.zone) as string;
    const condition: Filter = { kind: 'match', column, where, text };
    return this.#comparedWithTrue() ? condition : not(condition);
  }

  #periodFunction({ counts, range }: PeriodFunction): Filter {
    const name = this.#take();
    const column = columnOf(name);
    if (kindOf(column) !== 'date') throw wrongAt(name.at, found(name), 'a date column');
    this.#expect(',');
    const count = counts ? this.#count() : 0;
    const token = this.#take();
    const period = ['word', 'text', 'number'].includes(token.type) ? findPeriod(token.value) : undefined;
    if (period === undefined) throw wrongAt(token.at, found(token), `one of ${PERIOD_NAMES}`);
    this.#expect(')');
    const condition = during(column, periodsAround(period, this.#context, ...range(count)));
    return this.#comparedWithTrue() ? condition : not(condition);
  }

  #count(): number {
    const token = this.#take();
    const count = readInt(token);
    if (count === undefined || count < 1 || count > MAX_PERIODS) {
      throw wrongAt(token.at, found(token), `a whole number from 1 to ${MAX_PERIODS}`);
    }
    this.#expect(',');
    return count;
  }

  /** Takes an optional comparison with true or false, which OData clients add to functions. */
  #comparedWithTrue(): boolean {
    if (!this.#takeIf('word', 'eq')) return true;
    return readOperand('flag', this.#take(), this.#context.zone) === true;
  }

  #peek(): Token {
    return this.#tokens[this.#next] as Token;
  }

  /** Takes the next token; the last one is never consumed. */
  #take(): Token {
    const token = this.#peek();
    if (token.type !== 'end') this.#next += 1;
    return token;
  }

  #takeIf(type: Token['type'], value: string): boolean {
    const token = this.#peek();
    if (token.type !== type || token.value.toLowerCase() !== value) return false;
    this.#next += 1;
    return true;
  }

  #expect(symbol: string): void {
    const token = this.#take();
    if (token.type !== 'symbol' || token.value !== symbol) throw wrongAt(token.at, found(token), symbol);
  }
}

function columnOf(token: Token): ColumnName {
  const column = token.type === 'word' ? findColumn(token.value) : undefined;
  if (column === undefined) {
    throw wrongAt(token.at, found(token), `one of the columns ${COLUMN_NAMES.join(', ')}`);
  }
  return column;
}
