import type { Parser } from 'node-sql-parser'
import type { SqlCheck } from '../../suite/checks/check-spec.ts'
import type { SqlDialect, SqlSettings } from '../../suite/checks/sql-settings.ts'
import { type Measure, passOrFail } from './measure.ts'
import { readWithin } from './time-limit.ts'

type Grammar = { Parser: new () => Parser }

/** One grammar for each dialect, since all of them together are large. */
const grammars: Record<SqlDialect, () => Promise<unknown>> = {
  mysql: () => import('node-sql-parser/build/mysql.js'),
  mariadb: () => import('node-sql-parser/build/mariadb.js'),
  postgresql: () => import('node-sql-parser/build/postgresql.js'),
  sqlite: () => import('node-sql-parser/build/sqlite.js'),
  transactsql: () => import('node-sql-parser/build/transactsql.js'),
  bigquery: () => import('node-sql-parser/build/bigquery.js'),
  snowflake: () => import('node-sql-parser/build/snowflake.js'),
  redshift: () => import('node-sql-parser/build/redshift.js'),
  athena: () => import('node-sql-parser/build/athena.js'),
  trino: () => import('node-sql-parser/build/trino.js'),
  db2: () => import('node-sql-parser/build/db2.js'),
  hive: () => import('node-sql-parser/build/hive.js'),
  flinksql: () => import('node-sql-parser/build/flinksql.js'),
}

/**
 * `sql`: the whole output is one statement or more of the dialect, and uses no other tables and columns. `containsSql`:
 * it is, or one of its code fences is.
 */
export function measureSql({ type, value, negate }: SqlCheck): Measure {
  const { dialect } = value
  let loaded: Promise<Parser> | undefined
  return async ({ output }) => {
    loaded ??= load(dialect)
    const parser = await loaded
    // One limit for all fences, since there may be many of them.
    return readWithin('the output as SQL', output.length, () => {
      let first: string | undefined
      for (const text of [...(type === 'containsSql' ? fencesOf(output) : []), output]) {
        const fault = faultOf(text, value, parser)
        if (fault === undefined) return passOrFail(!negate, `the output ${verbs[type][0]} SQL of ${dialect}`)
        first ??= fault
      }
      return passOrFail(negate, `the output ${verbs[type][1]} SQL of ${dialect}: ${first}`)
    })
  }
}

const verbs = { sql: ['is', 'is not'], containsSql: ['contains', 'contains no'] } as const

async function load(dialect: SqlDialect): Promise<Parser> {
  const module = (await grammars[dialect]()) as Grammar & { default?: Grammar }
  const parser = new (module.default ?? module).Parser()
  // The first statement takes long; its time is no fault of an output.
  parser.parse('SELECT 1')
  return parser
}

/** What stands in code fences for SQL, or for no language in particular. */
function fencesOf(text: string): string[] {
  const fence = /^[^\S\n]*(`{3,}|~{3,})[^\S\n]*(?:\w*sql\w*)?[^\S\n]*\n(.*?)\n[^\S\n]*\1[^\S\n]*$/gims
  return [...text.matchAll(fence)].map(([, , inside = '']) => inside)
}

/** Why a text is not the SQL that is wanted; undefined where it is. */
function faultOf(text: string, settings: SqlSettings, parser: Parser): string | undefined {
  let read: ReturnType<Parser['parse']>
  try {
    read = parser.parse(text.trim())
  } catch (error) {
    return grammarFault(error)
  }
  // An empty text, and one of comments alone, parse as no statement.
  const statements = [read.ast].flat() as { type?: unknown }[]
  if (statements.length === 0) return 'it holds no statement'
  // The grammars of procedures take words such as "Hello world" for names; these have no type of statement.
  const types = statements.map(({ type }) => type)
  if (types.some((type) => typeof type !== 'string' || type === 'proc')) return 'not all of it is statements'
  return forbiddenUse(settings, types as string[], read)
}

/**
 * What the grammar says against a text. Its own rules throw plain Errors.
 * @throws what is a fault of the parser
 */
function grammarFault(error: unknown): string {
  if (!(error instanceof Error) || !['SyntaxError', 'Error'].includes(error.name)) throw error
  const { line, column } = placeOf(error)
  const met = /but (.+) found\.$/s.exec(error.message)?.[1]
  return `line ${line}, column ${column}: ${met === undefined ? error.message : `unexpected ${met}`}`
}

function placeOf(error: Error): { line: number; column: number } {
  return 'location' in error
    ? (error.location as { start: { line: number; column: number } }).start
    : { line: 1, column: 1 }
}

/** Statements of which the parser names all tables and columns. */
const accountable = new Set(['select', 'insert', 'replace', 'update', 'delete'])

/** What a text uses although it may not; undefined where there is nothing. */
function forbiddenUse(
  { tables, columns }: SqlSettings,
  types: readonly string[],
  { tableList, columnList }: ReturnType<Parser['parse']>,
): string | undefined {
  const unaccountable = types.find((type) => !accountable.has(type))
  // A single one tells what it uses in its list, if there is any.
  if ((tables || columns) && unaccountable !== undefined && (types.length > 1 || tableList.length === 0))
    return `a statement of the kind ${unaccountable} does not tell which tables it uses`
  return firstOutside(tableList, tables, 'table') ?? firstOutside(columnList, columns, 'column')
}

/** The first of what a statement uses, each as `action::container::name`, that no entry allows. */
function firstOutside(
  used: readonly string[],
  allowed: readonly string[] | undefined,
  kind: string,
): string | undefined {
  if (!allowed) return undefined
  const patterns = allowed.map(allowedPattern)
  const outside = used.find((authority) => !patterns.some((pattern) => pattern.test(authority)))
  if (outside === undefined) return undefined
  const [action, container, name = ''] = outside.split('::')
  const shown = container === 'null' ? name : `${container}.${name}`
  return `it uses the ${kind} ${shown} (${action}), which is not among those allowed`
}

/**
 * `orders`, `shop.orders`, or the whole `select::shop::orders` as a regular expression, as node-sql-parser writes it.
 */
function allowedPattern(entry: string): RegExp {
  if (entry.includes('::')) return new RegExp(`^${entry}$`, 'i')
  const dot = entry.lastIndexOf('.')
  const container = dot === -1 ? '.*' : literal(entry.slice(0, dot))
  const name = entry.slice(dot + 1)
  // The parser writes all columns as (.*).
  return new RegExp(`^\\w+::${container}::${literal(name === '*' ? '(.*)' : name)}$`, 'i')
}

/** A text as a pattern that matches just it. */
function literal(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&')
}
