import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sqlDialects } from '../../../../src/core/suite/checks/sql-settings.ts'
import { runCheck, scoreOf } from '../scoring.ts'

test('each dialect reads a statement and refuses prose', async () => {
  for (const dialect of sqlDialects) {
    assert.equal(await scoreOf({ sql: dialect }, 'SELECT a, count(*) FROM t WHERE b > 3 GROUP BY a;'), 1, dialect)
    for (const prose of ['', ';', '-- only a comment', 'Hello world', 'I cannot do that', 'SELECT FROM WHERE', 'x = 1'])
      assert.equal(await scoreOf({ sql: dialect }, prose), 0, `${dialect}: ${prose}`)
  }
})

test('dialects differ', async () => {
  const limited = 'SELECT TOP 5 a FROM t'
  assert.equal(await scoreOf({ sql: 'transactsql' }, limited), 1)
  assert.equal(await scoreOf({ sql: 'sqlite' }, limited), 0)
  assert.equal(await scoreOf({ notSql: 'sqlite' }, limited), 1)
})

test('the reason says where the grammar stops', async () => {
  const { score, reason } = await runCheck({ sql: 'mysql' }, 'SELECT a\nFRM t')
  assert.equal(score, 0)
  assert.match(reason, /not SQL of mysql: line 2, column \d+: unexpected/)
})

test('containsSql looks into code fences; the whole output counts too', async () => {
  const fenced = 'Here you are:\n\n```sql\nSELECT 1;\n```\nDone.'
  assert.equal(await scoreOf({ sql: 'mysql' }, fenced), 0)
  assert.equal(await scoreOf({ containsSql: 'mysql' }, fenced), 1)
  assert.equal(await scoreOf({ containsSql: 'mysql' }, '```\nnot sql\n```\n~~~PostgreSQL\nSELECT 2\n~~~'), 1)
  assert.equal(await scoreOf({ containsSql: 'mysql' }, 'SELECT 1'), 1)
  assert.equal(await scoreOf({ containsSql: 'mysql' }, 'SELECT 1 is what I would try.'), 0)
  assert.equal(await scoreOf({ containsSql: 'mysql' }, '```python\nSELECT 1\n```'), 0)
  assert.equal(await scoreOf({ notContainsSql: 'mysql' }, fenced), 0)
})

test('only the tables and columns that are allowed may be used, also in subqueries', async () => {
  const score = (settings: object, sql: string) => scoreOf({ sql: { dialect: 'postgresql', ...settings } }, sql)
  const tables = ['orders', 'shop.items']
  assert.equal(await score({ tables }, 'SELECT * FROM orders o JOIN shop.items i ON o.id = i.id'), 1)
  assert.equal(await score({ tables }, 'SELECT * FROM other.items'), 0)
  assert.equal(await score({ tables }, 'SELECT (SELECT max(x) FROM secrets) FROM orders'), 0)
  assert.equal(await score({ tables }, 'WITH orders AS (SELECT * FROM secrets) SELECT * FROM orders'), 0)
  assert.equal(await score({ tables }, 'DELETE FROM orders'), 1)
  assert.equal(await score({ tables: ['select::.*::orders'] }, 'DELETE FROM orders'), 0)
  assert.equal(await score({ columns: ['id', 'orders.total'] }, 'SELECT id, orders.total FROM orders'), 1)
  assert.equal(await score({ columns: ['id'] }, 'SELECT * FROM orders'), 0)
  assert.equal(await score({ columns: ['id', '*'] }, 'SELECT * FROM orders'), 1)
  const { reason } = await runCheck({ sql: { dialect: 'mysql', tables } }, 'SELECT a FROM hr.users')
  assert.match(reason, /uses the table hr\.users \(select\), which is not among those allowed/)
})

test('a statement that does not tell its tables is not taken for one that uses none', async () => {
  const allowed = { sql: { dialect: 'postgresql', tables: ['orders'] } }
  for (const statement of ['ALTER TABLE users ADD x INT', 'CALL wipe()', 'SELECT 1; DROP TABLE users']) {
    assert.equal(await scoreOf({ sql: 'postgresql' }, statement), 1, statement)
    assert.equal(await scoreOf(allowed, statement), 0, statement)
  }
})

test('statements too deep or too long to read are errors', async () => {
  const nested = `SELECT ${'('.repeat(20_000)}1${')'.repeat(20_000)}`
  await assert.rejects(runCheck({ sql: 'mysql' }, nested), {
    name: 'CheckError',
    message: /nested too deeply|more than/,
  })
  assert.equal(await scoreOf({ sql: 'mysql' }, 'word '.repeat(200_000)), 0)
})
