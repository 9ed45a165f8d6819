import assert from 'node:assert/strict'
import { test } from 'node:test'
import { unsafeReason } from '../../../src/gate/import/promptfoo/plainly-safe.ts'

const safe = [
  'output.length > 10 && /^[a-z]+$/i.test(output)',
  'JSON.parse(output).items.every((item) => item.price >= 0)',
  'const data = JSON.parse(output)\nconst { a, b: [c] } = data\nreturn a === c',
  'const words = output.split(" ");\nfor (const word of words) { if (word === "x") return false }\nreturn true',
  'output.includes(context.vars.name) ? 1 : 0.5',
  'const n = Number(output); return { pass: n > 1, score: 1, reason: `it is $' + '{n}` }',
  'output.split(",")[0].trim() === "a" // the first',
  'Math.max(...output.split(" ").map(Number)) / 2 > 1',
  'JSON.parse(output)["a key"] !== undefined',
]

const unsafe = [
  'process.exit()',
  'require("child_process")',
  'import("fs")',
  'globalThis.process',
  'this.x',
  'eval(output)',
  'new Function(output)()',
  'output.constructor.constructor("return 1")()',
  'output["constr" + "uctor"]',
  'const key = "a"; return output[key]',
  'output["constructor"]',
  'const { constructor: c } = output',
  'fetch("http://x")',
  'while (true) {}',
  'for (;;) {}',
  'for (const k in output) {}',
  'setTimeout(() => 1)',
  'await output',
  '`$' + '{process.env.X}`',
  '`$' + '{`$' + '{output}`}`',
  'Reflect.ownKeys(output)',
  'Object.getOwnPropertyDescriptor(output)',
  'output.__proto__',
  'arguments[0]',
  '\\u0065val(output)',
]

test('code that looks at values is plainly safe', () => {
  for (const code of safe) assert.equal(unsafeReason(code), undefined, code)
})

test('code that could do anything else is not', () => {
  for (const code of unsafe) assert.notEqual(unsafeReason(code), undefined, code)
})
