/** Choices for fields that name a thing of the organisation by its code. */
import * as api from '../api/organisation'
import { useResource } from '../frame/resource'

type Choices = readonly (readonly [string, string])[]

function coded(rows: readonly { code: string; name: string }[] | null, none: string | null): Choices {
  const given = (rows ?? []).map(({ code, name }) => [code, `${name} ${code}`] as const)
  return none === null ? given : [['', none], ...given]
}

/** All institutions. */
export function useInstitutions(): Choices {
  return coded(useResource('institutions', api.institutions).content.value, null)
}

/** All posts, and none where `none` says what that means. */
export function usePosts(none: string | null = null): Choices {
  return coded(useResource('posts', api.posts).content.value, none)
}

/** The departments of an institution, and none. */
export function useDepartments(institution: string, none = '—'): Choices {
  return coded(useResource(`departments/${institution}`, async () => (institution ? api.departments(institution) : [])).content.value, none)
}

/** All business lines, and none. */
export function useLines(none = '—'): Choices {
  return coded(useResource('lines', api.lines).content.value, none)
}
