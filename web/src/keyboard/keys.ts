/**
 * Single keys as commands. They sleep while something is being written, while an input method is composing, and while a layer
 * is open; a two-key command (`g i`) waits a moment for its second key. Of the browser's own chords only Ctrl or Cmd with K is ours.
 */
import { singleKeys } from '../session/preferences'

export interface Command {
  keys: string
  act: () => void
  /** Also works inside a field, for Escape. */
  always?: boolean
  /** What the palette of commands calls it; without words it is not offered there. */
  words?: string | undefined
}

const WAIT_MS = 1200
let scopes: Command[][] = []
let prefix = ''
let prefixAt = 0

/** Adds commands until the returned function is called; the newest scope wins. */
export function addCommands(commands: Command[]): () => void {
  scopes = [commands, ...scopes]
  return () => (scopes = scopes.filter((scope) => scope !== commands))
}

/** What can be done where one is, for the palette: of several with one key only the newest. */
export function offered(): Command[] {
  const known = new Map<string, Command>()
  for (const command of scopes.flat()) if (command.words && !known.has(command.keys)) known.set(command.keys, command)
  return [...known.values()]
}

/** The name of the pressed key in our writing: `j`, `?`, `Enter`, `Mod+k`, or nothing when it is none of ours. */
export function keyName(event: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'isComposing' | 'keyCode'>): string | null {
  // 229 is what browsers report for keys an input method has taken.
  if (event.isComposing || event.keyCode === 229 || event.altKey) return null
  if (event.ctrlKey || event.metaKey) return event.key.toLowerCase() === 'k' ? 'Mod+k' : null
  return event.key.length === 1 ? event.key.toLowerCase() : event.key
}

export function isWriting(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  if (target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement) return true
  return target instanceof HTMLInputElement && !['checkbox', 'radio', 'button', 'submit'].includes(target.type)
}

function find(keys: string): Command | undefined {
  for (const scope of scopes) {
    const found = scope.find((command) => command.keys === keys)
    if (found) return found
  }
  return undefined
}

function run(command: Command | undefined, event: KeyboardEvent): boolean {
  if (!command) return false
  event.preventDefault()
  command.act()
  return true
}

function onKey(event: KeyboardEvent): void {
  const key = keyName(event)
  if (!key || event.defaultPrevented || event.repeat && !['j', 'k'].includes(key)) return
  if (document.querySelector('dialog[open]')) return
  const writing = isWriting(event.target)
  if (event.shiftKey && !writing && singleKeys.value && run(find(`Shift+${key}`), event)) return
  if (!singleKeys.value && key.length === 1) return
  const now = Date.now()
  const keys = prefix && now - prefixAt < WAIT_MS ? `${prefix} ${key}` : key
  prefix = ''
  if (!writing && scopes.some((scope) => scope.some((command) => command.keys.startsWith(`${keys} `)))) {
    prefix = keys
    prefixAt = now
    return
  }
  const command = find(keys)
  if (!command || (writing && !command.always)) return
  // Enter and Space belong to the focused button or link.
  if (key === 'Enter' && event.target instanceof Element && event.target.closest('a, button, summary')) return
  run(command, event)
}

export function startKeys(): void {
  document.addEventListener('keydown', onKey)
}
