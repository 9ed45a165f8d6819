import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decodeText } from '../../../src/core/suite/decode-text.ts'

test('the byte order mark is dropped, line ends are kept', () => {
  assert.equal(decodeText(Buffer.from('\ufeffa: é\r\nb: 2\r\n'), 'f'), 'a: é\r\nb: 2\r\n')
})

test('UTF-16 is named, with and without a byte order mark and in both orders', () => {
  const text = 'sluice: 1\n'
  const little = Buffer.from(text, 'utf16le')
  const big = Buffer.from(little).swap16()
  for (const bytes of [
    Buffer.from(`\ufeff${text}`, 'utf16le'),
    Buffer.from(`\ufeff${text}`, 'utf16le').swap16(),
    little,
    big,
  ]) {
    assert.throws(() => decodeText(bytes, 'f.yaml'), {
      message: 'f.yaml:1:1: the file is encoded as UTF-16; save it as UTF-8',
    })
  }
})

test('the first byte that is not UTF-8 is located; binary files are named', () => {
  const latin1 = Buffer.from('ok: é\nname: Bjørn\n', 'latin1')
  assert.throws(() => decodeText(latin1, 'f'), /^InvalidFilesError: f:1:5: a byte that is not UTF-8/)
  const later = Buffer.concat([Buffer.from('ok: é\nname: Bj'), Buffer.from([0xf8])])
  assert.throws(() => decodeText(later, 'f', 10), /f:11:9: a byte that is not UTF-8/)
  assert.throws(() => decodeText(Buffer.from('PNG\u0000\u0001'), 'f'), /f:1:1: the file is not a text file/)
})
