/** How a person likes the page on this computer: theme, type size, language, single keys. Kept in the browser only. */
import { signal } from '@preact/signals'

export type Theme = 'system' | 'light' | 'dark'
type Preference = 'theme' | 'size' | 'language' | 'keys'

export function recall(name: Preference): string | null {
  try {
    return localStorage.getItem(`liandong.${name}`)
  } catch {
    return null
  }
}

export function remember(name: Preference, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(`liandong.${name}`)
    else localStorage.setItem(`liandong.${name}`, value)
  } catch {
    // A browser that stores nothing still works; it only forgets.
  }
}

const system = matchMedia('(prefers-color-scheme: dark)')
const stored = recall('theme')

export const theme = signal<Theme>(stored === 'dark' || stored === 'light' ? stored : 'system')
export const dark = signal(document.documentElement.dataset.theme === 'dark')
export const large = signal(document.documentElement.dataset.size === 'large')
/** Single letters as commands may be switched off: some people's input tools send stray keys. */
export const singleKeys = signal(recall('keys') !== 'off')

export function setTheme(next: Theme): void {
  theme.value = next
  remember('theme', next === 'system' ? null : next)
  applyTheme()
}

export function setLarge(next: boolean): void {
  large.value = next
  remember('size', next ? 'large' : null)
  if (next) document.documentElement.dataset.size = 'large'
  else delete document.documentElement.dataset.size
}

export function setSingleKeys(next: boolean): void {
  singleKeys.value = next
  remember('keys', next ? null : 'off')
}

function applyTheme(): void {
  dark.value = theme.value === 'system' ? system.matches : theme.value === 'dark'
  document.documentElement.dataset.theme = dark.value ? 'dark' : 'light'
}

system.addEventListener('change', applyTheme)
