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
  'let count = 0; for (const [a, b] of output.split(",").entries()) count += a; return count / 2 > /"/.exec(b)?.index',
  'switch (output) { case "a": return true; default: throw new Error("no") }',
  'const f = function (a = 1, ...rest) { return rest.length / a }; return f(1, 2) > 0',
  'output.split(",")[0].trim() === "a" // the first',
  'JSON.parse(output)[0].function.arguments.length > 2',
  'Math.max(...output.split(" ").map(Number)) / 2 > 1',
  'JSON.parse(output)["a key"] !== undefined',
  'const { length } = output; return length > 2',
  'Array.from(output).length > Array.isArray(output)',
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
  'output["\\x63onstructor"]',
  'output["con\\structor"]',
  'const {"\\u0063onstructor": c} = output',
  'const {["con" + "structor"]: c} = output',
  'let x = 1; x++ /process.exit()/ 1',
  '{} /"/; process.exit(); "/"',
  'if (output) /"/; process.exit(); "/"',
  '} process.exit(); {',
  '{ const process = 1 } process.exit()',
  'JSON.parse = () => 1',
  'JSON = 1',
  'undeclared = 1',
  '[JSON.parse] = [1]',
  '({ a: JSON.parse } = { a: 1 })',
  'JSON.parse++',
  'for (JSON.parse of [1]) {}',
  '[].push.call(JSON, 1)',
  'delete JSON.parse',
  'class A extends output {}',
  'async () => 1',
  'function* f() {}',
  'import.meta.url',
  'new output()',
  '({ get a() { return 1 } })',
  'label: for (;;) {}',
  '`x`.at`$' + '{process}`',
  'Reflect.ownKeys(output)',
  'Object.getOwnPropertyDescriptor(output)',
  'output.__proto__',
  'arguments[0]',
  'Array.from({ length: 1e9 }).length',
  'Array.from({ "length": output.length ** 9 })',
  'const length = 1e9; return Array.from({ length })',
  'Array(1e9).fill(1)',
  'new Array(1e9)',
  '"a".repeat(2 ** 29)',
  'output.padEnd(1e9)',
  '\\u0065val(output)',
]

test('code that looks at values is plainly safe', () => {
  for (const code of safe) assert.equal(unsafeReason(code), undefined, code)
})

test('code that could do anything else is not', () => {
  for (const code of unsafe) assert.notEqual(unsafeReason(code), undefined, code)
})
