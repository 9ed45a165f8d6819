import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  formatAmount,
  formatApart,
  formatAverage,
  formatChange,
  formatCount,
  formatDuration,
  formatInterval,
  formatPercent,
  formatPpm,
  formatScore,
  formatUsd,
} from '../../src/text/format.ts'

const table = <T>(format: (value: T) => string, expected: [T, string][]) => {
  for (const [value, text] of expected) assert.equal(format(value), text)
}

test('scores and changes', () => {
  table(formatScore, [
    [0.8734, '0.873'],
    [1, '1.000'],
    [-0.0001, '0.000'],
    [null, 'n/a'],
  ])
  table(formatChange, [
    [0.012, '+0.012'],
    [-0.042, '-0.042'],
    [0.0001, '0.000'],
    [-0.0001, '0.000'],
    [null, 'n/a'],
  ])
  assert.equal(formatInterval({ ciLow: 0.851, ciHigh: 0.895 }), '[0.851, 0.895]')
  assert.equal(formatInterval({ ciLow: null, ciHigh: 0.895 }), 'n/a')
})

test('two numbers that differ look different, and only these', () => {
  assert.deepEqual(formatApart(0.0004, 0.0001), ['0.0004', '0.0001'])
  assert.deepEqual(formatApart(0.93512, 0.93498), ['0.9351', '0.9350'])
  assert.deepEqual(formatApart(0.45, 0.8), ['0.450', '0.800'])
  assert.deepEqual(formatApart(0.3, 0.1 + 0.2), ['0.300', '0.300'])
})

test('a share of users is told as exactly as it was set', () => {
  table(formatPpm, [
    [1, '0.0001 %'],
    [125_500, '12.55 %'],
    [50_000, '5 %'],
    [1_000_000, '100 %'],
  ])
})

test('percentages do not round to all or nothing', () => {
  table(formatPercent, [
    [0.975, '97.5 %'],
    [0.4, '40 %'],
    [1, '100 %'],
    [0, '0 %'],
    [0.99999, '99.9 %'],
    [0.00001, '<0.1 %'],
    [null, 'n/a'],
  ])
  table(
    (share: number) => formatPercent(share, 2),
    [
      [0.0125, '1.25 %'],
      [0.99999, '99.99 %'],
      [0.00001, '<0.01 %'],
    ],
  )
  table(
    (share: number) => formatPercent(share, 0),
    [
      [0.144, '14 %'],
      [0.999, '99 %'],
      [0.001, '<1 %'],
    ],
  )
})

test('money keeps two significant digits, and unknown is not free', () => {
  table(formatUsd, [
    [null, 'n/a'],
    [0, '0 USD'],
    [1234.5, '1,234.50 USD'],
    [0.0432, '0.043 USD'],
    [0.00042, '0.00042 USD'],
    [0.0000001, 'below 0.000001 USD'],
  ])
})

test('durations and counts', () => {
  table(formatDuration, [
    [840, '840 ms'],
    [999.6, '1.0 s'],
    [2100, '2.1 s'],
    [59_960, '1 min'],
    [4 * 3_600_000, '4 h'],
    [125_000, '2 min 5 s'],
    [3_780_000, '1 h 3 min'],
    [null, 'n/a'],
  ])
  table(formatCount, [
    [0, '0'],
    [999, '999'],
    [12_345, '12,345'],
    [1_234_567, '1,234,567'],
  ])
  assert.deepEqual(
    [0, 1, 2].map((count) => formatAmount(count, 'case')),
    ['0 cases', '1 case', '2 cases'],
  )
})

test('averages below ten are no whole numbers', () => {
  table(formatAverage, [
    [0, '0'],
    [0.1428, '0.14'],
    [2.06, '2.1'],
    [9.96, '10'],
    [12.3, '12'],
    [12_345.6, '12,346'],
  ])
})
