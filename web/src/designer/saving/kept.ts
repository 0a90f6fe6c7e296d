/** What the server does not have yet, kept in this browser (IndexedDB), so that a crash or a lost connection loses nothing. */
import type { OpenFile } from '../state'

export interface Kept {
  /** Design, file and person together. */
  key: string
  design: string
  person: string
  file: OpenFile
  /** Milliseconds since 1970. */
  at: number
}

const STORE = 'unsaved'

function connect(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const asked = indexedDB.open('liandong.designs', 1)
    asked.onupgradeneeded = () => asked.result.createObjectStore(STORE, { keyPath: 'key' })
    asked.onsuccess = () => resolve(asked.result)
    asked.onerror = () => reject(asked.error)
  })
}

async function run<Result>(mode: IDBTransactionMode, act: (store: IDBObjectStore) => IDBRequest<Result>): Promise<Result> {
  const database = await connect()
  try {
    return await new Promise<Result>((resolve, reject) => {
      const transaction = database.transaction(STORE, mode)
      const asked = act(transaction.objectStore(STORE))
      transaction.oncomplete = () => resolve(asked.result)
      transaction.onerror = transaction.onabort = () => reject(transaction.error)
    })
  } finally {
    database.close()
  }
}

const keyOf = (design: string, person: string, name: string): string => `${design}/${person}/${name}`

/** Whether it is kept; false where the browser keeps nothing, as in a private window. */
export async function keep(design: string, person: string, file: OpenFile): Promise<boolean> {
  const kept: Kept = { key: keyOf(design, person, file.name), design, person, file, at: Date.now() }
  return run('readwrite', (store) => store.put(kept)).then(() => true, () => false)
}

export async function drop(design: string, person: string, name: string): Promise<void> {
  await run('readwrite', (store) => store.delete(keyOf(design, person, name))).catch(() => undefined)
}

/** What is kept of a design for a person. */
export async function recall(design: string, person: string): Promise<Kept[]> {
  const all = await run<Kept[]>('readonly', (store) => store.getAll()).catch((): Kept[] => [])
  return all.filter((kept) => kept.design === design && kept.person === person)
}
