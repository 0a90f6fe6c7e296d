/** A table of administration that scrolls by itself where it is too wide. */
import type { ComponentChildren } from 'preact'
import { admin, type AdminKey } from '../i18n/administration'

export function Listing({ caption, heads, children }: { caption: string; heads: AdminKey[]; children: ComponentChildren }) {
  return (
    <div class="table-scroll" tabIndex={0} role="group" aria-label={caption}>
      <table class="tbl">
        <caption class="vh">{caption}</caption>
        <thead><tr>{heads.map((head) => <th key={head} scope="col" class={head === 'actions' ? 'r' : undefined}>{admin(head)}</th>)}</tr></thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  )
}
