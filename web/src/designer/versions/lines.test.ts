/** The difference of two texts is told line by line and leaves out what is the same. */
import { expect, test } from 'vitest'
import { differing } from './lines'

const told = (before: string, after: string) => differing(before, after).map(({ kind, text }) => `${{ same: ' ', old: '-', fresh: '+', gap: '…' }[kind]}${text}`)

test('lines that came, went and stayed', () => {
  const many = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l']
  expect(differing('a\nb', 'a\nb')).toEqual([])
  expect(told('a\nb\nc', 'a\nx\nc')).toEqual([' a', '-b', '+x', ' c'])
  expect(told(many.join('\n'), ['A', ...many.slice(1), 'm'].join('\n'))).toEqual(['-a', '+A', ' b', ' c', '…', ' k', ' l', '+m'])
})
