/** Asking and telling, as the files of calls do it: the body of the reply, or a thrown problem. */
import { ask, type Ask } from './client'

export const id = encodeURIComponent
export type Live = { signal?: AbortSignal }

export const get = async <Body>(path: string, query?: Ask['query'], live: Live = {}): Promise<Body> =>
  (await ask<Body>('GET', path, { ...(query ? { query } : {}), ...live })).body
export const post = async <Body>(path: string, body: unknown, ifMatch?: string): Promise<Body> =>
  (await ask<Body>('POST', path, { body, ifMatch })).body
export const put = async <Body>(path: string, body: unknown, query?: Ask['query']): Promise<Body> =>
  (await ask<Body>('PUT', path, { body, ...(query ? { query } : {}) })).body
export const remove = async <Body>(path: string, query?: Ask['query']): Promise<Body> =>
  (await ask<Body>('DELETE', path, query ? { query } : {})).body
