import assert from 'node:assert/strict'
import { test } from 'node:test'
import { resolveTarget } from '../../../../src/core/suite/prompt/target.ts'
import { targetSchema } from '../../../../src/core/suite/prompt/target-file.ts'
import { faultsOf, good, goodPrompt, load } from '../../../support/memory-files.ts'

const file = 'prompts/summary.prompt.yml'
const withPrompt = (prompt: string) => good({ [file]: prompt })

test('what prepares and starts an application stands beside its kind, and is resolved in any root', async () => {
  const target = async (text: string) => (await load(withPrompt(`${goodPrompt}target: ${text}\n`))).prompts[0]?.target
  const url = 'http://127.0.0.1:{port}/a'
  assert.deepEqual(
    await target(`{http: {url: "${url}"}, setup: [npm, ci], start: node s.mjs, ready: /up, cwd: app, timeoutMs: 9}`),
    {
      kind: 'http',
      url,
      timeoutMs: 9,
      setup: [['npm', 'ci']],
      cwd: '/project/app',
      start: { command: ['node', 's.mjs'], ready: '/up', readyMs: 60_000 },
    },
  )
  const written = targetSchema.parse({
    command: ['node', 'a.mjs'],
    setup: [
      ['npm', 'ci'],
      ['make', 'all'],
    ],
    env: { A: '1' },
    paths: ['app/**'],
    concurrency: 3,
  })
  assert.deepEqual(resolveTarget(written, { root: '/tree', folder: 'prompts' }), {
    kind: 'command',
    command: ['node', 'a.mjs'],
    cwd: '/tree',
    setup: [
      ['npm', 'ci'],
      ['make', 'all'],
    ],
    env: { A: '1' },
    paths: ['app/**'],
    concurrency: 3,
  })
})

test('a key of a target that would change nothing, or a server that cannot be there twice, is a fault', async () => {
  const local = 'http: {url: "http://127.0.0.1:{port}/"}'
  for (const [target, says] of [
    ['{http: {url: "http://127.0.0.1:{port}/"}}', /http\.url: holds \{port\}, but there is no start/],
    ['{http: {url: "http://127.0.0.1:80/"}, start: x}', /http\.url: has no \{port\}/],
    ['{http: {url: "http://127.0.0.1:80/{port}"}, start: x}', /in another place than that of the port/],
    ['{http: {url: "http://example.com:{port}/"}, start: x}', /leads to another machine/],
    ['{http: {url: "ftp://a/"}}', /http\.url: must be a URL that starts with http:/],
    ['{http: {url: "http://a:b:c/"}}', /http\.url: must be a URL/],
    ['{http: {url: "http://a/"}, env: {A: b}}', /target\.env: has no effect: .* add start/],
    ['{http: {url: "http://a/"}, ready: /x}', /target\.ready: has no effect without start/],
    ['{command: x, start: y}', /target\.start: starts the server behind http\.url/],
    ['{command: x, baselineUrl: "http://a/"}', /baselineUrl: has no effect without http/],
    [`{${local}, start: x, baselineUrl: "http://a/"}`, /baselineUrl: has no effect beside start/],
    [`{${local}, start: x, env: {PORT: "1"}}`, /env\.PORT: is set by start/],
    [`{${local}, start: x, ready: up}`, /target\.ready: must be a path that starts with \//],
    ['{http: {url: "http://a/", timeoutMs: 1}, timeoutMs: 2}', /timeoutMs: is set twice/],
    ['{command: x, cwd: /tmp}', /cwd: must be relative/],
    ['{module: ./x.mjs, workspace: {files: a}}', /workspace: has no effect without command/],
    ['{command: x, workspace: {files: "a/**"}}', /workspace\.files: is one folder; write a list for globs/],
    ['{command: x, workspace: {files: ["../a"]}}', /workspace\.files.*: must not lead out of its folder/],
    ['{command: x, workspace: {files: ["!a"]}}', /names what is not meant/],
    ['{command: x, workspace: {files: []}}', /workspace\.files/],
    ['{command: x, cwd: a/../.., workspace: {files: a}}', /target\.cwd: leads out of the workspace/],
    ['{command: x, env: {SLUICE_PROMPT_FILE: a}}', /SLUICE_PROMPT_FILE: is set by sluice/],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the text of a setting.
    ['{command: x, env: {A: "${GITHUB_TOKEN}"}}', /GITHUB_TOKEN belongs to the workflow/],
  ] as const) {
    const faults = await faultsOf(withPrompt(`${goodPrompt}target: ${target}\n`))
    assert.match(faults.join('\n'), says, target)
  }
})
