// Writes packages/client/routing-vectors.json: `npm run routing-vectors`. The positions come from an implementation of
// its own, on big integers and straight from the algorithm's description, so that the client's is checked against another.
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { seededRandom } from '../../packages/sluice/src/stats/random.ts'

const mask = 0xffffffffn
const rotate = (value: bigint, by: bigint) => ((value << by) | (value >> (32n - by))) & mask
const scramble = (block: bigint) => (rotate((block * 0xcc9e2d51n) & mask, 15n) * 0x1b873593n) & mask

function murmur3(bytes: Uint8Array): bigint {
  let hash = 0n
  const tail = bytes.length - (bytes.length % 4)
  const little = (from: number, to: number) =>
    bytes.slice(from, to).reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n)
  for (let at = 0; at < tail; at += 4)
    hash = (rotate(hash ^ scramble(little(at, at + 4)), 13n) * 5n + 0xe6546b64n) & mask
  if (tail < bytes.length) hash ^= scramble(little(tail, bytes.length))
  hash ^= BigInt(bytes.length)
  hash = ((hash ^ (hash >> 16n)) * 0x85ebca6bn) & mask
  hash = ((hash ^ (hash >> 13n)) * 0xc2b2ae35n) & mask
  return hash ^ (hash >> 16n)
}

interface Vector {
  salt: string
  unit: string
  hash: number
  position: number
}

function vector(salt: string, unit: string): Vector {
  const hash = murmur3(new TextEncoder().encode(`${salt}\0${unit}`))
  return { salt, unit, hash: Number(hash), position: Number((hash * 1_000_000n) >> 32n) }
}

const salts = ['', 's', 'r-2026-11', '59210bb7ad33d4dac7aeff6045af817b', 'Überraschung', '塩']
const special = [
  '',
  ' ',
  '\0',
  'a\0b',
  'user-1',
  'user-2',
  'USER-1',
  'josé',
  'jose\u0301',
  'ÅNGSTRÖM',
  'A\u030angstro\u0308m',
  '用户',
  'пользователь',
  'مستخدم',
  'उपयोगकर्ता',
  '\u{1f600}',
  '\u{1f468}\u200d\u{1f469}\u200d\u{1f467}',
  '\u{10ffff}',
  '\ufeffbom',
  '\ud800',
  'a\udc00b',
  'x'.repeat(255),
  'x'.repeat(256),
  'é'.repeat(300),
  '\u{1f600}'.repeat(200),
  'long '.repeat(1000),
]

/** Units whose positions lie at the ends of the scale and beside the default stages, found by search. */
function boundaries(salt: string): Vector[] {
  const wanted = new Set([0, 1, 9_999, 10_000, 49_999, 50_000, 249_999, 250_000, 499_999, 500_000, 999_998, 999_999])
  const found: Vector[] = []
  for (let number = 0; wanted.size > 0; number += 1) {
    const candidate = vector(salt, `unit-${number}`)
    if (wanted.delete(candidate.position)) found.push(candidate)
  }
  return found
}

const random = seededRandom(20261124)
const pick = (text: string[]) => text[Math.floor(random.uniform() * text.length)] ?? ''
const alphabet = [...'abcdefghijklmnopqrstuvwxyz0123456789-_@.', 'é', 'ß', '漢', '\u0301', '\u{1f680}']
const randomUnits = Array.from({ length: 900 }, () =>
  Array.from({ length: Math.floor(random.uniform() * 40) }, () => pick(alphabet)).join(''),
)
const vectors = [
  ...salts.flatMap((salt) => special.map((unit) => vector(salt, unit))),
  ...boundaries('edge'),
  ...randomUnits.map((unit) => vector(pick(salts), unit)),
]
const about =
  'position = floor(murmur3_x86_32(utf8(salt + "\\0" + unit), seed 0) * 1000000 / 2^32); a lone surrogate is U+FFFD. In the canary iff position < ppm.'
const rows = vectors.map((row) => `    ${JSON.stringify(row)}`).join(',\n')
const file = path.join(import.meta.dirname, '../../packages/client/routing-vectors.json')
writeFileSync(
  file,
  `{\n  "algorithm": "murmur3-x86-32/ppm",\n  "about": ${JSON.stringify(about)},\n  "vectors": [\n${rows}\n  ]\n}\n`,
)
execFileSync('node_modules/.bin/biome', ['format', '--write', file], { stdio: 'inherit' })
console.log(`${vectors.length} vectors`)
