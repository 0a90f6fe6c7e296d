/** Single keys are commands only where nobody writes and no input method is at work. */
import { describe, expect, it, vi } from 'vitest'

vi.stubGlobal('localStorage', { getItem: () => null })
vi.stubGlobal('matchMedia', () => ({ matches: false, addEventListener: () => undefined }))
vi.stubGlobal('document', { documentElement: { dataset: {} } })

const press = (key: string, more: object = {}) => ({ key, ctrlKey: false, metaKey: false, altKey: false, isComposing: false, keyCode: 0, ...more })

describe('keyName', async () => {
  const { keyName } = await import('./keys')
  it('reads letters without regard to case', () => expect(keyName(press('J'))).toBe('j'))
  it('leaves an input method alone', () => {
    expect(keyName(press('j', { isComposing: true }))).toBeNull()
    expect(keyName(press('Process', { keyCode: 229 }))).toBeNull()
  })
  it('leaves the browser its own shortcuts', () => expect(keyName(press('e', { ctrlKey: true }))).toBeNull())
  it('opens the palette by either modifier, but not out of an input method', () => {
    expect(keyName(press('k', { ctrlKey: true }))).toBe('Mod+k')
    expect(keyName(press('K', { metaKey: true }))).toBe('Mod+k')
    expect(keyName(press('k', { ctrlKey: true, isComposing: true }))).toBeNull()
  })
})
