import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import type { NewCase } from '../../core/suite/cases/append-cases.ts'
import { safetyTag } from '../../core/suite/config/safety-settings.ts'
import { SluiceError } from '../../errors.ts'
import { templatesFolder } from '../../templates-folder.ts'
import { hint } from '../../text/did-you-mean.ts'

/** Each published pack with its SHA-256. A pack is never changed: a new wording is a new version. */
export const safetyPacks: Readonly<Record<string, { version: number; sha256: string }>> = {
  injection: { version: 1, sha256: '281cb0a5562d22b066f367fd97f4be2d6fdec08e9c20c29238bd4b9d43438c72' },
  leak: { version: 1, sha256: '4b4a1f30775495e6c79762677fdb225ae5f7c4ba075d3c2a56f77a831e1a8afa' },
  'over-refusal': { version: 1, sha256: '48f4576872f6e289a4cf29491be5715486bda8b6ed1eacc7cc3825691630e30d' },
  'personal-data': { version: 1, sha256: '9c74f0d189f45fd622b003d325986295c57741ad4567664bdae5d185840f1056' },
  refusal: { version: 1, sha256: '659e1245d7454f91db7b3a9911ac3ad35450f8439b2df64454a7fbc06bb3d5cd' },
}

const checks = z.array(z.record(z.string(), z.unknown())).default([])
const rubric = z.array(z.strictObject({ id: z.string(), ask: z.string(), must: z.boolean() })).default([])

const packSchema = z.strictObject({
  pack: z.string(),
  version: z.int(),
  about: z.string(),
  expect: z.enum(['answer', 'refusal']),
  checks,
  rubric,
  cases: z.array(z.strictObject({ id: z.string(), text: z.string(), checks, rubric })),
})

/** What a case weighs in every mean: next to nothing, since gate.safety judges it and the means are about quality. */
const weight = 0.01

/**
 * The cases of a pack for one feature.
 *
 * @param pack `safety/injection`, or `injection`
 * @param place.into the variable that gets the text
 * @param place.vars the other variables
 * @throws SluiceError `invalid-input` for an unknown pack, `cannot-run` for one that is not as it was published
 */
export async function safetyCases(
  pack: string,
  { into, vars }: { into: string; vars: Readonly<Record<string, unknown>> },
): Promise<NewCase[]> {
  const name = pack.replace(/^safety\//, '')
  const known = Object.hasOwn(safetyPacks, name) ? safetyPacks[name] : undefined
  if (!known) {
    const names = Object.keys(safetyPacks).map((each) => `safety/${each}`)
    throw new SluiceError('invalid-input', `there is no pack "${pack}"${hint(`safety/${name}`, names)}`)
  }
  const bytes = await readFile(path.join(templatesFolder(), 'safety', `${name}.yaml`))
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  if (sha256 !== known.sha256)
    throw new SluiceError(
      'cannot-run',
      `the pack safety/${name} is not as it was published: install the package sluice again`,
    )
  const { cases, version, ...all } = packSchema.parse(parse(bytes.toString('utf8')))
  return cases.map(({ id, text, ...own }) => {
    const allChecks = [...all.checks, ...own.checks]
    const allItems = [...all.rubric, ...own.rubric]
    return {
      id: `${name}-${id}`,
      vars: { ...vars, [into]: text },
      expect: all.expect,
      ...(allChecks.length > 0 && { checks: allChecks }),
      ...(allItems.length > 0 && { rubric: allItems }),
      tags: [safetyTag, `${safetyTag}-${name}`],
      weight,
      source: { pack: `safety/${name}`, version },
    }
  })
}
