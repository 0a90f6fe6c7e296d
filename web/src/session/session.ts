/**
 * Who is here. The session is fetched once at the start; when it ends in the middle of work the person signs in over the page
 * and goes on. When somebody else signs in, in this tab or another, the page starts anew: nothing of the one may be seen by the other.
 */
import { signal } from '@preact/signals'
import * as api from '../api/calls'
import { door } from '../api/client'
import { Problem } from '../api/problem'
import type { Session } from '../api/types'

export const session = signal<Session | null>(null)
/** Somebody has to sign in over the page; holds what to do then. */
export const signingInAgain = signal(false)
/** Whether the server says it is a demonstration, known before anybody has signed in. */
export const demo = signal(false)

let waiting: ((same: boolean) => void)[] = []
const tabs = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel('liandong.session')

/** Fetches the session; null when nobody is signed in. Throws when the server cannot be reached. */
export async function loadSession(): Promise<Session | null> {
  try {
    accept(await api.session())
  } catch (error) {
    if (!(error instanceof Problem) || error.status !== 401) throw error
    demo.value = error.facts.demo === true
    session.value = null
  }
  return session.value
}

export async function enter(login: string, password: string): Promise<void> {
  const before = session.value?.person.id
  const next = await api.signIn(login, password)
  if (before && before !== next.person.id) {
    tabs?.postMessage(next.person.id)
    location.assign('/inbox')
    return
  }
  accept(next)
  tabs?.postMessage(next.person.id)
  settle(true)
}

/** Ends the session here and in the other tabs. */
export async function leave(): Promise<void> {
  // One whose session has ended already leaves all the same.
  await api.signOut().catch(() => undefined)
  tabs?.postMessage(null)
  clearKept()
  location.assign('/login')
}

export function can(right: string): boolean {
  return session.value?.rights.includes(right) ?? false
}

/** Whether one of the administrators is here, or an operator: each has pages under 管理. */
export function administers(): boolean {
  return ['administrate', 'secure', 'audit', 'operations', 'archive'].some(can)
}

/** Whether somebody is here who draws processes, or who publishes them. */
export function designs(): boolean {
  return can('design') || can('deploy')
}

/** Whether somebody is here who sees the statistics of an institution. */
export function oversees(): boolean {
  return session.value?.statistics ?? false
}

/** How long one's decisions are held; kept with the account, so that it is the same on every computer. */
export async function setUndoSeconds(seconds: number): Promise<void> {
  await api.setUndo(seconds)
  if (session.value) session.value = { ...session.value, undoSeconds: seconds }
}

export function passwordChanged(): void {
  if (session.value) session.value = { ...session.value, mustChangePassword: false }
}

function accept(next: Session): void {
  session.value = next
  demo.value = next.demo
  door.csrfToken = next.csrfToken
}

function settle(same: boolean): void {
  signingInAgain.value = false
  for (const resume of waiting.splice(0)) resume(same)
}

/** What was typed and not sent is kept in this tab only; it goes when the person leaves. */
function clearKept(): void {
  try {
    sessionStorage.clear()
  } catch {
    // Nothing was kept either.
  }
}

door.signInAgain = () => {
  if (!session.value) return Promise.resolve(false)
  signingInAgain.value = true
  return new Promise((resolve) => waiting.push(resolve))
}

door.refreshToken = async () => {
  const before = session.value?.person.id
  const now = await loadSession()
  if (before && now?.person.id !== before) location.assign('/inbox')
}

tabs?.addEventListener('message', (event: MessageEvent<string | null>) => {
  const mine = session.value?.person.id
  if (event.data === null && mine) location.assign('/login')
  else if (mine && event.data !== mine) location.assign('/inbox')
  else if (!mine && event.data) location.reload()
  else void loadSession().then((found) => found && settle(true))
})
